import { VALUES_MAX } from './value-sets.ts'

const SCALE = 1e6
/** The largest absolute value of a score: a double cannot represent larger counts exactly. */
const SCORE_MAX = Number.MAX_SAFE_INTEGER

/** Whether a value is a number that can be tallied. */
export const isScore = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= SCORE_MAX

/** The count and the sum of numbers. The sum is exact, in millionths, so that it does not depend on the order. */
export class Tally {
  count = 0
  /** Feedback without a score: a label or a comment only. */
  unscored = 0
  millionths = 0n
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY

  add(value: number): void {
    this.count++
    this.millionths += BigInt(Math.round(value * SCALE))
    this.min = Math.min(this.min, value)
    this.max = Math.max(this.max, value)
  }

  merge(other: Readonly<Pick<Tally, 'count' | 'unscored' | 'millionths' | 'min' | 'max'>>): void {
    this.count += other.count
    this.unscored += other.unscored
    this.millionths += other.millionths
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
  }

  get mean(): number | undefined {
    if (this.count === 0) return undefined
    // Digits below a millionth are lost and division rounds: the mean must still be between the two.
    return Math.min(this.max, Math.max(this.min, Number(this.millionths) / SCALE / this.count))
  }
}

/** Tallies by name. If there are too many names, the smallest are kept, whatever their order. */
export class Tallies {
  readonly #tallies = new Map<string, Tally>()
  /** Whether there were more names. */
  more = false

  /** Adds a tally of a name, which must not be used afterwards. */
  add(name: string, tally: Tally): void {
    const known = this.#tallies.get(name)
    if (known === undefined) this.#tallies.set(name, tally)
    else known.merge(tally)
    if (this.#tallies.size <= VALUES_MAX) return
    this.#tallies.delete([...this.#tallies.keys()].sort().at(-1) as string)
    this.more = true
  }

  /** Returns the tallies, sorted by name. */
  entries(): [name: string, tally: Tally][] {
    return [...this.#tallies].sort(([one], [other]) => (one < other ? -1 : 1))
  }
}
