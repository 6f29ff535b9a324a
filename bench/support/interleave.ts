/** A variant to measure: each call performs `operations` operations. */
export interface Variant {
  readonly name: string
  readonly operations: number
  run(): void | Promise<void>
}

/** Nanoseconds per operation by variant, one figure per round. */
export type Samples = Map<string, number[]>

const CHUNKS = 4
const WARM_UP_ROUNDS = 16

/**
 * Measures variants side by side: they take turns in every round, in an order that rotates and flips, so that a
 * disturbance of the machine affects all of them. A sample is four chunks, each followed by a turn of the event loop,
 * which counts as well: work that a library defers is its cost, too. Samples are shorter than a busy system's time
 * slice, so that some of them are undisturbed.
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
  const before = process.hrtime.bigint()
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    await variant.run()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return Number(process.hrtime.bigint() - before) / (CHUNKS * variant.operations)
}
