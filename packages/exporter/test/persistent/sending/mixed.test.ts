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

interface Faults {
  readonly refused: ReadonlySet<string>
  readonly failing?: ReadonlySet<string>
  readonly failure?: Answer
  /** The answer to a request without spans. */
  readonly ofEmpty?: Answer
}

/** A sender for an endpoint that refuses some spans, and fails for others. */
const startWith = (faults: Faults, concurrency: number) => {
  const { refused, failing = new Set(), failure = retry(), ofEmpty = accepted } = faults
  const reply = (names: readonly string[]): Answer => {
    if (names.length === 0) return ofEmpty
    if (names.some((name) => failing.has(name))) return failure
    return names.some((name) => refused.has(name)) ? rejected(400) : accepted
  }
  return startInstant(reply, { maxExportBatchSize: 2048, concurrency })
}

describe('a batch of which some spans are refused and others fail, without other traffic', () => {
  it.each([
    [100, 5, 5],
    [600, 30, 30],
    [2000, 2, 2],
  ])(
    'of %i spans, %i of them refused and %i failing, delivers all others, and rejects them alone once others arrive',
    async (count, refusals, failures) => {
      for (const [seed, failure] of [retry(), reset(), retry(undefined, 502)].entries()) {
        const random = seeded(seed + 1)
        const names = numbered(count).map((name) => name.padEnd(50, '.'))
        const shuffled = names.map((name) => ({ name, key: random() })).sort((a, b) => a.key - b.key)
        const bad = shuffled.slice(0, refusals + failures).map(({ name }) => name)
        const refused = new Set(bad.slice(0, refusals))
        const failing = new Set(bad.slice(refusals))
        const started = startWith({ refused, failing, failure }, 1)
        await started.append(...names)
        await started.pass(120_000)
        expect(names.filter((name) => !bad.includes(name) && !started.arrived.has(name))).toEqual([])
        for (let second = 0; second < 120 && started.rejected().length < bad.length; second++) {
          await started.append(`other ${second}.`)
          await started.pass(1000)
        }
        expect(started.rejected().sort()).toEqual(bad.sort())
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
      const refused = new Set(['3.', '77.'])
      const { append, arrived, pass, rejected } = startWith({ refused, ofEmpty }, concurrency)
      await append(...numbered(100))
      await pass(60_000, (step) => append(`later ${step}.`))
      await pass(5000)
      expect(rejected().sort()).toEqual([...refused])
      expect(arrived.size).toBe(98 + 60_000 / 50)
    }
  })
})
