// Cost: what the usage of a span costs, where the span reports no cost. This file checks and looks up a price table;
// `prices.ts` is generated and an entry point of its own. The span counter calls it; it calls nothing but `../usage/`.

import { GenerationalMap, kindOf } from '@otel-sessions/semconv/internal'
import type { SpanCost, SpanUsage } from '../usage/span-usage.ts'

/** The price of a model in USD per million tokens. A price below 0.0001, except 0, is invalid: it is per token. */
export interface ModelPrice {
  /** The price of input. */
  readonly input: number
  /** The price of input from the provider's cache. Without it, cached input has the price of other input. */
  readonly cachedInput?: number | undefined
  /** The price of output. Omit it for embedding models: usage with output tokens then has an unknown cost. */
  readonly output?: number | undefined
}

/**
 * Prices by model name, in a plain object. A name that is not in the table is looked up without the part in front of its
 * last `/` (`openai/gpt-4o`, `models/gemini-2.5-pro`), then without a date at its end (`gpt-4o-2024-08-06`,
 * `claude-haiku-4-5-20251001`, `claude-haiku-4-5@20251001`). Nothing else is guessed, such as prefixes or families: a
 * model with nearly the same name may cost ten times as much, and the meaning of `-latest` changes.
 *
 * @example { 'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 }, 'our-own-model': { input: 0, output: 0 } }
 */
export type PriceTable = Readonly<Record<string, ModelPrice>>

/** Prices a usage; undefined if the table has no price for it, or if the span does not report all tokens. */
export type PriceOf = (usage: SpanUsage) => SpanCost | undefined

/** The number of model names whose look-up is cached. */
const CACHED_NAMES = 1000

const MILLION = 1_000_000

/** Makes a price function of a valid table. Later changes of the table have no effect. */
export function priceOfTable(table: PriceTable): PriceOf {
  const prices = new Map(Object.entries(table).map(([model, price]) => [model, { ...price }]))
  const cached = new GenerationalMap<ModelPrice | undefined>(CACHED_NAMES)
  return (usage) => {
    const { model } = usage
    if (model === undefined) return undefined
    let price = cached.get(model)
    if (price === undefined && !cached.has(model)) {
      price = find(prices, model)
      cached.set(model, price)
    }
    return price && costAt(price, usage)
  }
}

/** Returns the names under which the price of a model is looked up, in this order. */
export function priceNames(model: string): string[] {
  const name = model.slice(model.lastIndexOf('/') + 1)
  return [...new Set([model, name, withoutDate(model), withoutDate(name)])]
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

function costAt(price: ModelPrice, usage: SpanUsage): SpanCost | undefined {
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

/** In USD per million tokens. A higher price has the wrong unit. */
const PRICE_MAX = 1_000_000

/** In USD per million tokens. A lower price is per token: no model that costs anything is so cheap. */
const PRICE_MIN = 0.0001

/** Describes what is wrong with a table, to follow the name of the option; undefined if nothing is. */
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
  if (unknown !== undefined)
    return ` has no field ${JSON.stringify(unknown)}; the fields are ${FIELDS.join(', ')}`
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
/** In USD. A higher cost of one span is a mistake, and thousands of such costs still add up exactly. */
const COST_MAX = 1e6

/** Returns the cost that a span reports, or else its cost by the prices; undefined if neither is known. */
export function nanoCostOf(usage: SpanUsage, priceOf: PriceOf | undefined): NanoCost | undefined {
  return toNanoCost(usage.cost) ?? toNanoCost(priceOf?.(usage))
}

function toNanoCost(cost: SpanUsage['cost']): NanoCost | undefined {
  if (cost === undefined) return undefined
  const input = toNanos(cost.input)
  const output = toNanos(cost.output)
  const total = toNanos(cost.total)
  if (total === undefined) {
    // The cost of the input or the output alone is not the whole cost.
    return input === undefined || output === undefined ? undefined : { input, output, other: 0 }
  }
  return { input: input ?? 0, output: output ?? 0, other: total - (input ?? 0) - (output ?? 0) }
}

const toNanos = (dollars: number | undefined): number | undefined =>
  dollars !== undefined && dollars >= 0 && dollars <= COST_MAX ? Math.round(dollars * NANO) : undefined

/** Converts nano-dollars to USD. */
export const toDollars = (nanos: number): number => nanos / NANO
