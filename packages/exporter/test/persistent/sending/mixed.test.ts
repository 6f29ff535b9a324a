import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/persistent/sending/types.ts'
import { numbered, seeded, startInstant } from './support/instant.ts'
import { accepted, rejected, retry } from './support/sender.ts'

const reset = (): Answer => ({
  kind: 'retry',
  reason: 'ECONNRESET',
  status: undefined,
  afterMillis: undefined,
})

describe('a batch of which some spans are refused and others fail, without other traffic', () => {
  it.each([
    [100, 5, 5],
    [600, 30, 30],
    [2000, 2, 2],
  ])(
    'of %i spans, %i of them refused and %i failing, delivers all others, and rejects them alone once others arrive',
    async (count, refused, failing) => {
      for (const [seed, failure] of [retry(), reset(), retry(undefined, 502)].entries()) {
        const random = seeded(seed + 1)
        const names = numbered(count).map((name) => name.padEnd(50, '.'))
        const shuffled = names.map((name) => ({ name, key: random() })).sort((a, b) => a.key - b.key)
        const bad = new Set(shuffled.slice(0, refused).map(({ name }) => name))
        const failed = new Set(shuffled.slice(refused, refused + failing).map(({ name }) => name))
        const {
          append,
          arrived,
          pass,
          rejected: gone,
        } = startInstant(
          (of) => {
            if (of.some((name) => failed.has(name))) return failure
            return of.some((name) => bad.has(name)) ? rejected(400) : accepted
          },
          { maxExportBatchSize: 2048 },
        )
        await append(...names)
        await pass(120_000)
        expect(names.filter((name) => !bad.has(name) && !failed.has(name) && !arrived.has(name))).toEqual([])
        for (let second = 0; second < 120 && gone().length < refused + failing; second++) {
          await append(`other ${second}.`)
          await pass(1000)
        }
        expect(gone().sort()).toEqual([...bad, ...failed].sort())
      }
    },
  )
})

describe('an endpoint that refuses spans and fails for a request without any', () => {
  it.each<[string, Answer]>([
    ['503', retry()],
    ['429', retry(undefined, 429)],
    ['a reset', reset()],
  ])('gets all others, where it fails with %s', async (_, ofEmpty) => {
    for (const concurrency of [1, 4]) {
      const {
        append,
        arrived,
        pass,
        rejected: gone,
      } = startInstant(
        (of) => {
          if (of.length === 0) return ofEmpty
          return of.some((name) => name === '3.' || name === '77.') ? rejected(400) : accepted
        },
        { concurrency },
      )
      await append(...numbered(100))
      await pass(60_000, (step) => append(`later ${step}.`))
      await pass(5000)
      expect(gone().sort()).toEqual(['3.', '77.'])
      expect(arrived.size).toBe(98 + 60_000 / 50)
    }
  })
})
