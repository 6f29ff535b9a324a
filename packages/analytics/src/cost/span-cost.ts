import { kindOf } from '@otel-sessions/semconv/internal'
import type { SpanCost, SpanUsage } from '../usage/span-usage.ts'

/** What a model costs, in USD per million tokens. What is below 0.0001 and not 0 is refused: it is a price per token. */
export interface ModelPrice {
  /** Of input. */
  readonly input: number
  /** Of input that came from the provider's cache. Without it, such input costs what other input does. */
  readonly cachedInput?: number | undefined
  /** Of output. Without it, usage with output tokens has no price: right for an embedding model, which has none. */
  readonly output?: number | undefined
}

/**
 * Prices by the name of the model, in a plain object. A name that is not in the table is looked up without what is in
 * front of its last `/` (`openai/gpt-4o`, `models/gemini-2.5-pro`), then without a date at its end
 * (`gpt-4o-2024-08-06`, `claude-haiku-4-5-20251001`, `claude-haiku-4-5@20251001`). Nothing else is guessed, no prefix and
 * no family: a model that is nearly the same may cost ten times as much, and what `-latest` is changes.
 *
 * @example { 'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 }, 'our-own-model': { input: 0, output: 0 } }
 */
export type PriceTable = Readonly<Record<string, ModelPrice>>

/** What some usage cost; undefined where the table has no price for it, or the span not all of its tokens. */
export type PriceOf = (usage: SpanUsage) => SpanCost | undefined

/** Names that are remembered with their price. Applications have a handful; who sends random ones pays for it. */
const MEMORY_MAX = 1000

const MILLION = 1_000_000

/** A table that has been checked, made ready: a copy, which later changes of the table do not reach. */
export function priceOfTable(table: PriceTable): PriceOf {
  const prices = new Map(Object.entries(table).map(([model, price]) => [model, { ...price }]))
  const remembered = new Map<string, ModelPrice | undefined>()
  return (usage) => {
    const { model } = usage
    if (model === undefined) return undefined
    let price = remembered.get(model)
    if (price === undefined && !remembered.has(model)) {
      price = find(prices, model)
      if (remembered.size >= MEMORY_MAX) remembered.clear()
      remembered.set(model, price)
    }
    return price && costOf(usage, price)
  }
}

/** The names under which a model's price is looked up, in this order. */
export function priceNames(model: string): string[] {
  const bare = model.slice(model.lastIndexOf('/') + 1)
  return [...new Set([model, bare, withoutDate(model), withoutDate(bare)])]
}

const DATE = /[-@](?:19|20)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/

const withoutDate = (name: string): string => name.replace(DATE, '')

function find(prices: ReadonlyMap<string, ModelPrice>, model: string): ModelPrice | undefined {
  for (const name of priceNames(model)) {
    const price = prices.get(name)
    if (price !== undefined) return price
  }
  return undefined
}

function costOf(usage: SpanUsage, price: ModelPrice): SpanCost | undefined {
  const { inputTokens, cachedInputTokens: cached = 0 } = usage
  const hasOutput = usage.kind !== 'embedding' && price.output !== undefined
  const outputTokens = usage.outputTokens ?? (hasOutput ? undefined : 0)
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  if (outputTokens > 0 && price.output === undefined) return undefined
  const { cachedInput = price.input } = price
  const input = ((inputTokens - cached) * price.input + cached * cachedInput) / MILLION
  const output = (outputTokens * (price.output ?? 0)) / MILLION
  return { input, output, total: input + output }
}

const FIELDS = ['input', 'cachedInput', 'output']

/** USD per million tokens. Whoever asks for more has the wrong unit. */
const PRICE_MAX = 1_000_000

/** USD per million tokens. What costs anything costs more; a price per token is nearly always less. */
const PRICE_MIN = 0.0001

/** What is wrong with a user's table, in words that follow the name of the option, or undefined. */
export function pricesProblem(table: unknown): string | undefined {
  if (!isObject(table)) return `must be an object of prices by model, it is ${kindOf(table)}`
  if (!isPlain(table))
    return `must be a plain object of prices by model, it is an instance of ${nameOf(table)}`
  for (const [model, price] of Object.entries(table)) {
    const problem = priceProblem(price)
    if (problem !== undefined) return `[${JSON.stringify(model)}]${problem}`
  }
  return undefined
}

function priceProblem(price: unknown): string | undefined {
  if (!isObject(price)) return ` must be an object, it is ${kindOf(price)}`
  const unknown = Object.keys(price).find((field) => !FIELDS.includes(field))
  if (unknown !== undefined) return ` has no field ${JSON.stringify(unknown)}; there are ${FIELDS.join(', ')}`
  for (const field of FIELDS) {
    const value = price[field]
    if (value === undefined && field !== 'input') continue
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

/** Also one of another realm. What a `Map` holds would not be seen, and every model be without a price. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const nameOf = (value: object): string => String(value.constructor?.name)
