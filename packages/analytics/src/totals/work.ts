import type { NanoCost } from '../cost/span-cost.ts'

/** The name for spans without a model. */
export const NO_MODEL = ''

/** The numbers of a model. All are whole; the costs are in nano-dollars and may be negative. */
export const WORK_FIELDS = [
  'llmCalls',
  'callsWithoutUsage',
  'usages',
  'unpriced',
  'undecided',
  'input',
  'output',
  'total',
  'cachedInput',
  'cacheWrite',
  'reasoning',
  'inputCost',
  'outputCost',
  'otherCost',
] as const

/** The numbers of a model, by name. */
export type WorkNumbers = Readonly<Record<(typeof WORK_FIELDS)[number], number>>

/** The numbers of a usage that counts. The cost is undefined if it is unknown. */
export interface UsageNumbers {
  readonly input: number
  readonly output: number
  readonly total: number
  readonly cachedInput: number
  readonly cacheWrite: number
  readonly reasoning: number
  readonly cost: NanoCost | undefined
  /** Whether the cost is unknown because the span's numbers do not say what is to be paid. */
  readonly isUndecided: boolean
}

/** What one model did in a session. */
export class Work {
  readonly model: string
  /** The next model of the session. */
  next: Work | undefined = undefined
  llmCalls = 0
  /** LLM calls and embeddings that report no usage, if no span above or below reports it for them. */
  callsWithoutUsage = 0
  /** Spans whose usage counts. */
  usages = 0
  /** Those of them that have neither a reported cost nor a price. */
  unpriced = 0
  /** Those of them whose numbers do not say what is to be paid. */
  undecided = 0
  input = 0
  output = 0
  total = 0
  cachedInput = 0
  cacheWrite = 0
  reasoning = 0
  // The third is what was reported as a total only.
  inputCost = 0
  outputCost = 0
  otherCost = 0

  constructor(model: string) {
    this.model = model
  }

  /** Adds what another model did. */
  add(other: WorkNumbers): void {
    for (const field of WORK_FIELDS) this[field] += other[field]
  }

  /** Adds the usage of a span, or subtracts it if `by` is -1. */
  addUsage(usage: UsageNumbers, by: 1 | -1): void {
    this.usages += by
    this.input += by * usage.input
    this.output += by * usage.output
    this.total += by * usage.total
    this.cachedInput += by * usage.cachedInput
    this.cacheWrite += by * usage.cacheWrite
    this.reasoning += by * usage.reasoning
    const { cost } = usage
    if (cost === undefined) {
      if (usage.isUndecided) this.undecided += by
      else this.unpriced += by
      return
    }
    this.inputCost += by * cost.input
    this.outputCost += by * cost.output
    this.otherCost += by * cost.other
  }

  get didAnything(): boolean {
    return this.llmCalls !== 0 || this.usages !== 0 || this.callsWithoutUsage !== 0
  }
}
