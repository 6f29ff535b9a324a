import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/persistent/sending/types.ts'
import { numbered, seeded, startInstant } from './support/instant.ts'
import { accepted, rejected, retry } from './support/sender.ts'

describe('an endpoint that fails at random', () => {
  it.each([0.01, 0.1, 0.3, 0.5])('with a chance of %d gets every span', async (chance) => {
    const random = seeded()
    for (const [size, concurrency] of [
      [1, 1],
      [8, 4],
      [64, 2],
      [500, 4],
    ] as const) {
      const { append, arrived, pass, rejected, queue } = startInstant(
        () => (random() < chance ? retry() : accepted),
        {
          maxExportBatchSize: size,
          concurrency,
        },
      )
      const count = Math.min(3000, size * 60)
      for (let i = 0; i < count; i++) queue.appendSpans(`${i}.`)
      await append('last')
      for (let round = 0; round < 100 && arrived.size <= count; round++) await pass(20_000)
      expect([arrived.size, rejected()]).toEqual([count + 1, []])
    }
  })

  it.each([
    [1, 0.2],
    [1, 0.4],
    [1, 0.6],
    [4, 0.2],
    [4, 0.4],
    [4, 0.6],
  ])('gets large requests nevertheless: %i at a time, with a chance of %d', async (concurrency, chance) => {
    const random = seeded(99)
    const batches = 20
    const { append, arrived, pass, queue, sizes } = startInstant(
      () => (random() < chance ? retry() : accepted),
      { concurrency },
    )
    for (const name of numbered(500 * batches)) queue.appendSpans(name.padEnd(100, '.'))
    await append('last')
    for (let round = 0; round < 200 && arrived.size <= 500 * batches; round++) await pass(10_000)
    expect(arrived.size).toBe(500 * batches + 1)
    // Each request of a batch that is sent again and again needs 1 / (1 - chance) attempts.
    expect(sizes.length).toBeLessThan((5 * batches) / (1 - chance))
  })
})

const kinds: [string, Answer, Answer][] = [
  ['400', rejected(400), accepted],
  ['400, also to empty ones', rejected(400), rejected(400)],
  ['503', retry(), accepted],
  ['503, also to empty ones', retry(), retry()],
]

describe.each([
  [1, 0.01],
  [1, 0.3],
  [4, 0.01],
  [4, 0.3],
])('%i requests at a time, and a share of %d of all spans that are answered', (concurrency, share) => {
  it.each(kinds)('with %s: all others arrive, and they are rejected alone', async (_, answer, ofEmpty) => {
    const random = seeded(5)
    const names = numbered(1500).map((name) => name.padEnd(50, '.'))
    const bad = new Set(names.filter(() => random() < share))
    const { append, arrived, counters, pass, queue, rejected } = startInstant(
      (of) => {
        if (of.length === 0) return ofEmpty
        return of.some((name) => bad.has(name)) ? answer : accepted
      },
      { concurrency, maxExportBatchSize: 512 },
    )
    for (const name of names) queue.appendSpans(name)
    let others = 0
    for (let second = 0; second < 120 && rejected().length < bad.size; second++) {
      await append(`other ${others++}.`)
      await pass(1000)
    }
    expect(names.filter((name) => !bad.has(name) && !arrived.has(name))).toEqual([])
    expect(rejected().sort()).toEqual([...bad].sort())
    // Twice the logarithm of a batch, and a few for each batch and each second.
    expect(counters.requests).toBeLessThan(2 * 9 * bad.size + 3 * 20 + 2 * others)
  })
})
