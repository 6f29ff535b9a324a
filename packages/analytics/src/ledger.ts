import { NO_MODEL } from './model-column.ts'
import { MODEL_WIDTH } from './model-fields.ts'
import type { Work } from './totals/contribution.ts'

/** Row, birth and bucket, and the numbers. */
const WIDTH = 3 + MODEL_WIDTH
const FIRST_ROOM = 256

/** What was counted of spans, in columns: objects that live as long as these would be copied by each collection. */
export class Ledger {
  #numbers = new Float64Array(0)
  readonly #models: string[] = []
  /** Places that were given back, to be taken first. */
  readonly #free: number[] = []
  #count = 0

  /** Notes what was counted. Gives its place, from 1. */
  add(work: Work): number {
    const place = this.#free.pop() ?? ++this.#count
    const at = (place - 1) * WIDTH
    if (at === this.#numbers.length) this.#grow()
    this.#models[place - 1] = work.model
    this.#write(at, work)
    return place
  }

  /** Reads what is in a place. */
  read(place: number, into: Work): void {
    const at = (place - 1) * WIDTH
    into.row = this.#numbers[at] as number
    into.birth = this.#numbers[at + 1] as number
    into.bucket = this.#numbers[at + 2] as number
    into.model = this.#models[place - 1] as string
    into.numbers.set(this.#numbers.subarray(at + 3, at + WIDTH))
  }

  /** Notes what is left of it. */
  write(place: number, work: Work): void {
    this.#write((place - 1) * WIDTH, work)
  }

  /** Gives a place back. */
  drop(place: number): void {
    this.#models[place - 1] = NO_MODEL
    this.#free.push(place)
  }

  #grow(): void {
    const more = new Float64Array(Math.max(FIRST_ROOM * WIDTH, this.#numbers.length * 2))
    more.set(this.#numbers)
    this.#numbers = more
  }

  #write(at: number, work: Work): void {
    const numbers = this.#numbers
    numbers[at] = work.row
    numbers[at + 1] = work.birth
    numbers[at + 2] = work.bucket
    for (let index = 0; index < MODEL_WIDTH; index++) {
      numbers[at + 3 + index] = work.numbers[index] as number
    }
  }
}
