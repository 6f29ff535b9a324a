import { json } from './json.ts'

/** The attributes of a span, with values of any kind. */
export type Attributes = Readonly<Record<string, unknown>>

// Reading a span is synchronous, so one counter is enough.
let ignored = 0
let hasUnclearTokens = false
let hasUnclearCost = false

/** Forgets the values of the last span, before one is read. */
export function resetIgnored(): void {
  ignored = 0
  hasUnclearTokens = false
  hasUnclearCost = false
}

/** Returns how many values of the span were ignored because they are not valid counts or costs. */
export const ignoredCount = (): number => ignored

/** Notes that the span reports tokens which are not in the counts that were read. */
export function noteUnclearTokens(): void {
  hasUnclearTokens = true
}

/** Returns whether the span reports tokens which are not in the counts that were read. */
export const areTokensUnclear = (): boolean => hasUnclearTokens

/** Notes that the span reports something about its cost from which no cost can be made. */
export function noteUnclearCost(): void {
  hasUnclearCost = true
}

/** Returns whether the span reports a cost that could not be read. */
export const isCostUnclear = (): boolean => hasUnclearCost

/** The longest user ID, tag, environment, model or session name that the totals keep, in characters. */
export const NAME_MAX_LENGTH = 200

/** Whether a value is a string that the totals can keep. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= NAME_MAX_LENGTH

/** The beginning of a text, as far as the totals can keep it; undefined if it is no string, or empty. */
export function shortened(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  // Not half of a character that is two UTF-16 code units.
  return value.slice(0, NAME_MAX_LENGTH).replace(/[\uD800-\uDBFF]$/, '')
}

/** In USD. A higher cost of one span is a mistake, and thousands of such costs still add up exactly. */
export const COST_MAX = 1e6

/**
 * Reads a count of tokens: a whole number from 0. Any other value is ignored and counted, and the cost is unknown, because
 * nothing tells how many tokens the value stands for.
 */
export function tokens(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value
  if (value !== null) hasUnclearTokens = true
  return ignore(value)
}

/**
 * Reads a cost in USD, from 0. Any other value is ignored and counted, and no price takes its place: whoever reports a cost
 * may know more than the list price.
 */
export function dollars(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value <= COST_MAX) return value
  if (value !== null) hasUnclearCost = true
  return ignore(value)
}

function ignore(value: unknown): undefined {
  if (value !== null) ignored++
  return undefined
}

/** Reads a string that is not empty. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/**
 * Reads an array of strings, or one as JSON in a string, which is what OpenInference's JavaScript packages write.
 * Elements that are not strings are omitted.
 */
export function strings(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const array = Array.isArray(value) ? value : json(value)
  if (!Array.isArray(array)) return undefined
  const kept = array.filter((each): each is string => typeof each === 'string' && each !== '')
  return kept.length > 0 ? kept : undefined
}
