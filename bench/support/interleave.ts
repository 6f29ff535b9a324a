/** One thing to measure: it performs `operations` of them in each call. */
export interface Variant {
  readonly name: string
  readonly operations: number
  run(): void
}

/** Nanoseconds per operation of one variant, one figure a round. */
export type Samples = Map<string, number[]>

const CHUNKS = 8
const WARM_UP_ROUNDS = 8

/**
 * Measures variants side by side: they take turns in every round, in an order that rotates and flips, so
 * that whatever disturbs the machine disturbs all of them. A sample is eight chunks with a turn of the event
 * loop between them, which lets the collector work outside of what is timed.
 */
export async function interleave(variants: readonly Variant[], rounds: number): Promise<Samples> {
  const samples: Samples = new Map(variants.map(({ name }) => [name, []]))
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const variant of turnsOf(variants, round + WARM_UP_ROUNDS)) {
      const nanos = await sample(variant)
      if (round >= 0) samples.get(variant.name)?.push(nanos)
    }
  }
  return samples
}

function turnsOf(variants: readonly Variant[], round: number): Variant[] {
  const first = (round >> 1) % variants.length
  const turns = [...variants.slice(first), ...variants.slice(0, first)]
  return round % 2 === 0 ? turns : turns.reverse()
}

async function sample(variant: Variant): Promise<number> {
  let nanos = 0
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    await new Promise((resolve) => setImmediate(resolve))
    const before = process.hrtime.bigint()
    variant.run()
    nanos += Number(process.hrtime.bigint() - before)
  }
  return nanos / (CHUNKS * variant.operations)
}
