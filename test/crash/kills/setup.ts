import type { Random } from '../random.ts'

/** The options of a scenario. */
export interface Setup {
  readonly durability: 'batch' | 'span'
  readonly fsync: 'never' | 'interval' | 'batch'
  readonly protocol: 'http/protobuf' | 'http/json'
  readonly concurrency: 1 | 3
  /** How many processes share the directory. */
  readonly processes: 1 | 2
}

/** Options that the harness needs. */
export const HARNESS_OPTIONS = {
  // Segments of 200 kB, so that a short-lived process has several.
  maxBytes: 1_600_000,
  // Many small requests, so that a kill happens during or between requests.
  maxExportBatchSize: 40,
  scheduledDelayMillis: 2,
  minFreeDiskBytes: 0,
} as const

/**
 * Every setup of the journal once, with one and two processes and one or three requests at once in turn, in random
 * order; then again, so that a longer run has the other pairings.
 */
export function* setups(random: Random): Generator<Setup, never> {
  for (let round = 0; ; round++) {
    const all: Setup[] = []
    for (const durability of ['batch', 'span'] as const)
      for (const fsync of ['never', 'interval', 'batch'] as const)
        for (const protocol of ['http/protobuf', 'http/json'] as const)
          for (const processes of [1, 2] as const) {
            const turn = all.length + Math.floor(all.length / 4) + round
            all.push({ durability, fsync, protocol, concurrency: turn % 2 === 0 ? 1 : 3, processes })
          }
    yield* all
      .map((setup) => ({ setup, key: random.next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ setup }) => setup)
  }
}
