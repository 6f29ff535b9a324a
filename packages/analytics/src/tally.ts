const SCALE = 1e6
/** The largest number that is taken, either way: beyond it a double is no exact count of anything. */
const LARGEST_SCORE = Number.MAX_SAFE_INTEGER

/** How many numbers there were, and their sum in millionths: in whole numbers of any size the order does not matter. */
export class Tally {
  count = 0
  /** Judgements without a number: a label or a comment alone. */
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
    // What is far below a millionth was rounded away, and division rounds: it still lies between the two.
    return Math.min(this.max, Math.max(this.min, Number(this.millionths) / SCALE / this.count))
  }
}

/** Whether a value is a number that can be tallied. */
export const isScore = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= LARGEST_SCORE
