/** How many values were no count and no cost since `startCounting`. Reading is synchronous: one counter will do. */
let ignored = 0

export function startCounting(): void {
  ignored = 0
}

export const ignoredSoFar = (): number => ignored

/** USD. Far above any bill, and low enough that no sum of many overflows. */
const COST_MAX = 1e9

/** A count of tokens: a whole number from 0. Anything else that is there is ignored, and counted. */
export function tokens(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value
  return ignore(value)
}

/** A cost in USD, from 0. Anything else that is there is ignored, and counted. */
export function dollars(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value <= COST_MAX) return value
  return ignore(value)
}

function ignore(value: unknown): undefined {
  if (value !== null) ignored++
  return undefined
}

/** A text that says something. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Characters. JSON that is longer than any that is meant is not parsed. */
const JSON_MAX_LENGTH = 8192

/** An object or array that is there as JSON; undefined for what is not. */
export function json(value: unknown): object | undefined {
  if (typeof value !== 'string' || value.length > JSON_MAX_LENGTH) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}

/**
 * An array of strings, or one as JSON in a string, which is how OpenInference's JavaScript packages write it. What is
 * no string is left out.
 */
export function strings(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  const array = Array.isArray(value) ? value : json(value)
  if (!Array.isArray(array)) return undefined
  const kept = array.filter((each): each is string => typeof each === 'string' && each !== '')
  return kept.length > 0 ? kept : undefined
}
