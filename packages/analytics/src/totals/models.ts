import { MODEL_WIDTH } from '../model-fields.ts'

/** How many models of a session are told apart. */
export const MOST_MODELS = 32

/** What one model did: its sums, in the order of `MODEL_SUMS`, then its costs, in nano-dollars. */
export type ModelNumbers = number[]

/** The two that say whether a model has done anything: its LLM calls, and the spans whose usage counts. */
const LLM_CALLS = 0
const USAGES = 1

/**
 * The models of a session that had several. The smallest names are kept apart, the others are in one sum: so the
 * order in which they came does not matter. A name of which all was taken back keeps its place: else a name that is in
 * the sum already could be told apart again, and what is taken back of it would be missing there.
 */
export class ModelBook {
  readonly #models = new Map<string, ModelNumbers>()
  #others: ModelNumbers | undefined

  /** Adds numbers to those of a model; `by` -1 takes back what was added. */
  add(model: string, numbers: ArrayLike<number>, by: 1 | -1): void {
    const known = this.#models.get(model)
    if (known !== undefined) {
      addAll(known, numbers, by)
    } else if (this.#models.size < MOST_MODELS) {
      this.#models.set(model, Array.from(numbers))
    } else {
      const largest = this.#largest()
      if (model > largest) {
        this.addOthers(numbers, by)
        return
      }
      this.addOthers(this.#models.get(largest) as ModelNumbers, 1)
      this.#models.delete(largest)
      this.#models.set(model, Array.from(numbers))
    }
  }

  addOthers(numbers: ArrayLike<number>, by: 1 | -1): void {
    this.#others ??= new Array<number>(MODEL_WIDTH).fill(0)
    addAll(this.#others, numbers, by)
  }

  /** The models that are told apart, by name, with those of which all was taken back. */
  places(): [model: string, numbers: ModelNumbers][] {
    return [...this.#models].sort(([one], [other]) => (one < other ? -1 : 1))
  }

  /** The models that are told apart and did something, by name. */
  entries(): [model: string, numbers: ModelNumbers][] {
    return this.places().filter(([, numbers]) => didAnything(numbers))
  }

  /** What the other models did; undefined where there are none, or all was taken back. */
  get others(): ModelNumbers | undefined {
    return this.#others !== undefined && didAnything(this.#others) ? this.#others : undefined
  }

  #largest(): string {
    let largest = ''
    for (const model of this.#models.keys()) if (model > largest) largest = model
    return largest
  }
}

const didAnything = (numbers: ModelNumbers): boolean => numbers[LLM_CALLS] !== 0 || numbers[USAGES] !== 0

function addAll(to: number[], numbers: ArrayLike<number>, by: 1 | -1): void {
  for (let index = 0; index < to.length; index++) {
    to[index] = (to[index] as number) + by * (numbers[index] as number)
  }
}
