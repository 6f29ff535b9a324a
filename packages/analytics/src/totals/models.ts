import { MODEL_WIDTH } from './fields.ts'

/** The number of models of a session that are counted separately. */
export const MODELS_MAX = 32

/** The numbers of a model: its sums, in the order of `MODEL_SUMS`, then its costs, in nano-dollars. */
export type ModelNumbers = number[]

/** The two numbers that are 0 if a model did nothing: its LLM calls, and the spans whose usage counts. */
const LLM_CALLS = 0
const USAGES = 1

/**
 * The models of a session that has several. Those with the smallest names are counted separately and all others in one
 * sum, so that the order of spans does not matter. A model whose numbers were all subtracted keeps its place: otherwise
 * one that is already in the sum could be counted separately again, and a later subtraction would not reach the sum.
 */
export class Models {
  readonly #models = new Map<string, ModelNumbers>()
  #others: ModelNumbers | undefined

  /** Adds the numbers of a model, or subtracts them if `by` is -1. */
  add(model: string, numbers: ArrayLike<number>, by: 1 | -1): void {
    const known = this.#models.get(model)
    if (known !== undefined) {
      addAll(known, numbers, by)
    } else if (this.#models.size < MODELS_MAX) {
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

  /** Adds the numbers of a model that is not counted separately. */
  addOthers(numbers: ArrayLike<number>, by: 1 | -1): void {
    this.#others ??= new Array<number>(MODEL_WIDTH).fill(0)
    addAll(this.#others, numbers, by)
  }

  /** Returns the models that are counted separately, sorted by name, including those whose numbers were subtracted. */
  all(): [model: string, numbers: ModelNumbers][] {
    return [...this.#models].sort(([one], [other]) => (one < other ? -1 : 1))
  }

  /** Returns the models that are counted separately and did anything, sorted by name. */
  used(): [model: string, numbers: ModelNumbers][] {
    return this.all().filter(([, numbers]) => didAnything(numbers))
  }

  /** The sum of all other models; undefined if they did nothing. */
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
