// Cost: what the usage of a span costs, where the span reports no cost. This file checks and looks up a price table;
// `model-names.ts` has the rules for names, and `prices.ts` is generated and an entry point of its own. The span counter
// calls it; it calls nothing but `../usage/`.

import { GenerationalMap, kindOf } from '@otel-sessions/semconv/internal'
import type { SpanCost, SpanUsage } from '../usage/span-usage.ts'
import { COST_MAX, NAME_MAX_LENGTH } from '../usage/values.ts'
import { isAnotherModel, isFineTuned, isWithoutOwner, namesPlace, priceNames } from './model-names.ts'

/** The price of tokens in USD per million. A price below 0.001, except 0, is invalid: it is per token. */
export interface TokenPrices {
  /** The price of input. */
  readonly input: number
  /** The price of input that is read from the provider's cache. Without it, such input has the price of other input. */
  readonly cachedInput?: number | undefined
  /**
   * The price of input that is written to the provider's cache, for five minutes or for the provider's only lifetime.
   * Without it, the cost of a usage that has such input is unknown: providers charge more for it, or nothing.
   */
  readonly cacheWrite?: number | undefined
  /** The price of input that is written to the cache for an hour. Without it, the cost of such a usage is unknown. */
  readonly cacheWriteHour?: number | undefined
  /** The price of output. Omit it for embedding models: usage with output tokens then has an unknown cost. */
  readonly output?: number | undefined
}

/** The price of a model in USD per million tokens. */
export interface ModelPrice extends TokenPrices {
  /** The prices of a call with a long prompt, where they are others. Undefined fields mean the same as above. */
  readonly longPrompt?: LongPromptPrices | undefined
}

/**
 * The prices of a call whose input has more tokens than a limit. They hold for all tokens of the call. The cost of a call
 * that has tokens without a price is unknown, so that `{ above: 200_000 }` says that the higher prices are not known. The
 * cost of a span that is no LLM call, such as an agent, is unknown above the limit: its usage may be the sum of several
 * shorter calls.
 */
export interface LongPromptPrices extends Partial<TokenPrices> {
  /** The limit: the highest number of input tokens, cached ones included, that still has the usual price. */
  readonly above: number
}

/**
 * Prices by model name, in a plain object. A name that is not in the table is looked up
 *
 * - without owners in front of it (`openai/gpt-4o`, `models/gemini-2.5-pro`) and without the path of Vertex AI
 *   (`publishers/google/models/…`) or the ARN of a foundation model or inference profile of Bedrock
 * - without a date at its end (`gpt-4o-2024-08-06`, `claude-haiku-4-5-20251001`, `claude-haiku-4-5@20251001`)
 * - for Bedrock, without the version (`amazon.nova-pro-v1:0`), then without the geography (`us.anthropic.claude-…`)
 *
 * A place whose price may be another is not left out: a region of Vertex AI for models of Anthropic, and a geography other
 * than `us` and `global` for models of others. On Bedrock, a name needs the owner in front (`anthropic.claude-…`).
 *
 * If the model in the response has no price under any of these names, the requested model is looked up in the same way.
 * It is not if the response names a fine-tuned model or another owner (`owner/name`), nor on Azure, where it is the name of
 * a deployment: a span of Azure whose response names no model has no price. Nothing else is guessed, such as prefixes or
 * families: a model with nearly the same name may cost ten times as much, another host has other prices, and the meaning
 * of `-latest` changes.
 *
 * @example { 'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 }, 'our-own-model': { input: 0, output: 0 } }
 */
export type PriceTable = Readonly<Record<string, ModelPrice>>

/** For how long something is written to a provider's cache: five minutes or an hour, as Anthropic's `ttl` names them. */
export type CacheLifetime = '5m' | '1h'

/** The lifetimes that there are. */
export const CACHE_LIFETIMES: readonly CacheLifetime[] = ['5m', '1h']

/** Prices a usage; undefined if the table has no price for it, or if the span does not say all that is to be paid. */
export type PriceOf = (usage: SpanUsage) => SpanCost | undefined

/** The number of model names whose look-up is cached. */
const CACHED_NAMES = 1000

const MILLION = 1_000_000

/**
 * Makes a price function of a valid table. Later changes of the table have no effect.
 *
 * @param lifetime how long what is written to a cache is kept, where the span does not report it
 */
export function priceOfTable(table: PriceTable, lifetime?: CacheLifetime): PriceOf {
  const prices = new Map(Object.entries(table).map(([model, price]) => [model, { ...price }]))
  const cached = new GenerationalMap<NamedPrice>(CACHED_NAMES)
  const named = (model: string): NamedPrice => {
    let found = cached.get(model)
    if (found === undefined) {
      found = {
        price: find(prices, model),
        isWithoutOwner: isWithoutOwner(model),
        isFineTuned: isFineTuned(model),
        namesPlace: namesPlace(model),
      }
      cached.set(model, found)
    }
    return found
  }
  return (usage) => {
    const isDecided =
      usage.undecided === undefined || (usage.undecided === 'lifetime' && lifetime !== undefined)
    if (!isDecided) return undefined
    const { model, requestModel, provider = '' } = usage
    const answered = model === undefined ? undefined : named(model)
    const requested = requestModel === undefined ? undefined : named(requestModel)
    const isDeployment = requested !== undefined && AZURE.test(provider)
    // They are the same only if the response names no model.
    if (isDeployment && requestModel === model) return undefined
    const isElsewhere = requested?.namesPlace === true || BEDROCK.test(provider)
    const isHere = (name: NamedPrice | undefined) => !(isElsewhere && name?.isWithoutOwner === true)
    const isBase = requested?.isFineTuned === true && answered?.isFineTuned === false
    const ofAnswer = isHere(answered) && !isBase ? answered?.price : undefined
    const isOther = isDeployment || isAnother(model, requestModel)
    const price = ofAnswer ?? (isHere(requested) && !isOther ? requested?.price : undefined)
    return price && costAt(price, usage, lifetime === '1h')
  }
}

/** What is known of a model by its name. */
interface NamedPrice {
  readonly price: ModelPrice | undefined
  readonly isWithoutOwner: boolean
  readonly isFineTuned: boolean
  readonly namesPlace: boolean
}

/** Where most regions cost more than the owner of a model, so that a name without Bedrock's owner has no price. */
const BEDROCK = /bedrock|^aws\b|^amazon\b/i

/** Where the requested model is the name of a deployment, which anybody can give to any model. */
const AZURE = /azure|microsoft|\baz\.ai\./i

const isAnother = (model: string | undefined, requestModel: string | undefined): boolean =>
  model !== undefined && requestModel !== undefined && isAnotherModel(model, requestModel)

function find(prices: ReadonlyMap<string, ModelPrice>, model: string): ModelPrice | undefined {
  for (const name of priceNames(model)) {
    const price = prices.get(name)
    if (price !== undefined) return price
  }
  return undefined
}

/** @param isLong whether a cache write is for an hour unless the span says otherwise */
function costAt(model: ModelPrice, usage: SpanUsage, isLong: boolean): SpanCost | undefined {
  const { inputTokens, cachedInputTokens: read = 0, cacheWriteTokens: written = 0 } = usage
  // A provider without such a price has one lifetime only, unless the span is of one that has two.
  const isForAnHour = isLong && (usage.undecided === 'lifetime' || model.cacheWriteHour !== undefined)
  const { cacheWriteHourTokens: forAnHour = isForAnHour ? written : 0 } = usage
  if (inputTokens === undefined) return undefined
  const { longPrompt } = model
  const isLongPrompt = longPrompt !== undefined && inputTokens > longPrompt.above
  // The usage of an agent is the sum of its calls: no sum tells how long a prompt was, unless it is not above the limit.
  if (isLongPrompt && usage.kind !== 'llm') return undefined
  const price = isLongPrompt ? longPrompt : model
  const hasOutput = usage.kind !== 'embedding' && price.output !== undefined
  const outputTokens = usage.outputTokens ?? (hasOutput ? undefined : 0)
  if (outputTokens === undefined) return undefined
  const plain = inputTokens - read - written
  const briefly = written - forAnHour
  // Parts that are more than the whole: the numbers mean something else than is known here.
  if (plain < 0 || briefly < 0) return undefined
  const { cachedInput = price.input, cacheWrite, cacheWriteHour } = price
  const costs = [
    costOf(plain, price.input),
    costOf(read, cachedInput),
    costOf(briefly, cacheWrite),
    costOf(forAnHour, cacheWriteHour),
  ]
  const output = costOf(outputTokens, price.output)
  if (output === undefined) return undefined
  let input = 0
  for (const cost of costs) {
    if (cost === undefined) return undefined
    input += cost
  }
  return { input: input / MILLION, output: output / MILLION, total: (input + output) / MILLION }
}

/** In millionths of USD; undefined if there are tokens without a price. */
const costOf = (tokens: number, price: number | undefined): number | undefined =>
  tokens === 0 ? 0 : price === undefined ? undefined : tokens * price

const TOKEN_FIELDS = ['input', 'cachedInput', 'cacheWrite', 'cacheWriteHour', 'output']
const LONG_PROMPT = 'longPrompt'

/** In USD per million tokens. A higher price has the wrong unit. */
const PRICE_MAX = 1_000_000

/** In USD per million tokens. A lower price is per token: no model that costs anything is so cheap. */
const PRICE_MIN = 0.001

/** Describes what is wrong with a table, to follow the name of the option; undefined if nothing is. */
export function pricesProblem(table: unknown): string | undefined {
  if (!isObject(table)) return `must be an object of prices by model, it is ${kindOf(table)}`
  if (!isPlain(table))
    return `must be a plain object of prices by model, it is an instance of ${nameOf(table)}`
  for (const [model, price] of Object.entries(table)) {
    const problem = priceProblem(price)
    if (problem !== undefined) return `[${JSON.stringify(model.slice(0, NAME_MAX_LENGTH))}]${problem}`
  }
  return undefined
}

function priceProblem(price: unknown): string | undefined {
  const problem = fieldsProblem(price, LONG_PROMPT, true)
  const longPrompt = isObject(price) ? price[LONG_PROMPT] : undefined
  if (problem !== undefined || longPrompt === undefined) return problem
  const inner = fieldsProblem(longPrompt, 'above', false)
  if (inner !== undefined) return `.${LONG_PROMPT}${inner}`
  const { above } = longPrompt as { above?: unknown }
  if (Number.isSafeInteger(above) && (above as number) > 0) return undefined
  return `.${LONG_PROMPT}.above must be a whole number of tokens from 1, it is ${typeof above === 'number' ? above : kindOf(above)}`
}

/**
 * @param other a field that is no price
 * @param needsInput whether there must be a price of input
 */
function fieldsProblem(price: unknown, other: string, needsInput: boolean): string | undefined {
  if (!isObject(price)) return ` must be an object, it is ${kindOf(price)}`
  const fields = [...TOKEN_FIELDS, other]
  const unknown = Object.keys(price).find((field) => !fields.includes(field))
  if (unknown !== undefined)
    return ` has no field ${JSON.stringify(unknown)}; the fields are ${fields.join(', ')}`
  for (const field of TOKEN_FIELDS) {
    const value = price[field]
    if (value === undefined && !(needsInput && field === 'input')) continue
    if (typeof value === 'number' && value > 0 && value < PRICE_MIN) {
      return `.${field} must be USD per million tokens, it is ${value}, which looks like a price per token`
    }
    if (typeof value === 'number' && value >= 0 && value <= PRICE_MAX) continue
    const is = typeof value === 'number' ? String(value) : kindOf(value)
    return `.${field} must be USD per million tokens, a number from 0 to ${PRICE_MAX}, it is ${is}`
  }
  return undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether an object is plain, possibly of another realm. The entries of a `Map` would be ignored. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const nameOf = (value: object): string => String(value.constructor?.name)

/** A cost in nano-dollars: whole numbers, so that sums do not depend on the order. */
export interface NanoCost {
  readonly input: number
  readonly output: number
  /** The part of the total that is neither input nor output; negative for a discount. */
  readonly other: number
}

const NANO = 1e9

/**
 * Returns the cost that a span reports, or else its cost by the prices; undefined if neither is known. A reported total
 * that is too high to be true is not replaced by a price.
 */
export function nanoCostOf(usage: SpanUsage, priceOf: PriceOf | undefined): NanoCost | undefined {
  return toNanoCost(usage.cost?.total === undefined ? priceOf?.(usage) : usage.cost)
}

function toNanoCost(cost: SpanUsage['cost']): NanoCost | undefined {
  if (cost === undefined) return undefined
  const input = toNanos(cost.input)
  const output = toNanos(cost.output)
  const total = toNanos(cost.total)
  // The cost of the input or the output alone is not the whole cost.
  if (total === undefined) return undefined
  return { input: input ?? 0, output: output ?? 0, other: total - (input ?? 0) - (output ?? 0) }
}

const toNanos = (dollars: number | undefined): number | undefined =>
  dollars !== undefined && dollars >= 0 && dollars <= COST_MAX ? Math.round(dollars * NANO) : undefined

/** Converts nano-dollars to USD. */
export const toDollars = (nanos: number): number => nanos / NANO
