import { MODEL_WIDTH } from './model-fields.ts'

/** How many models of a session are told apart. */
export const MOST_MODELS = 32

/** What one model did: its sums, in the order of `MODEL_SUMS`, then its costs, in nano-dollars. */
export type ModelNumbers = number[]

/** The two that say whether a model has done anything: its LLM calls, and the spans whose usage counts. */
const LLM_CALLS = 0
const USAGES = 1

/**
 * The models of a session that had several. The smallest names are kept apart, the others are in one sum: so the
 * order in which they came does not matter.
 */
export class ModelBook {
  readonly #models = new Map<string, ModelNumbers>()
  #others: ModelNumbers | undefined

  /** Adds numbers to those of a model; `by` -1 takes them back. */
  add(model: string, numbers: ArrayLike<number>, by: 1 | -1): void {
    const known = this.#models.get(model)
    if (known !== undefined) {
      addAll(known, numbers, by)
      if (known[LLM_CALLS] === 0 && known[USAGES] === 0) this.#models.delete(model)
      return
    }
    if (by < 0) {
      this.addOthers(numbers, by)
      return
    }
    this.#models.set(model, Array.from(numbers))
    if (this.#models.size > MOST_MODELS) this.#fold()
  }

  addOthers(numbers: ArrayLike<number>, by: 1 | -1): void {
    this.#others ??= new Array<number>(MODEL_WIDTH).fill(0)
    addAll(this.#others, numbers, by)
  }

  /** The models that are told apart, by name. */
  entries(): [model: string, numbers: ModelNumbers][] {
    return [...this.#models].sort(([one], [other]) => (one < other ? -1 : 1))
  }

  get others(): ModelNumbers | undefined {
    return this.#others
  }

  #largest(): string {
    let largest = ''
    for (const model of this.#models.keys()) if (model > largest) largest = model
    return largest
  }

  #fold(): void {
    const largest = this.#largest()
    const numbers = this.#models.get(largest)
    this.#models.delete(largest)
    if (numbers !== undefined) this.addOthers(numbers, 1)
  }
}

function addAll(to: number[], numbers: ArrayLike<number>, by: 1 | -1): void {
  for (let index = 0; index < to.length; index++) {
    to[index] = (to[index] as number) + by * (numbers[index] as number)
  }
}
