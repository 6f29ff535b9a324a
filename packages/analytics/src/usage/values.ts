/** The attributes of a span, with values of any kind. */
export type Attributes = Readonly<Record<string, unknown>>

// Reading a span is synchronous, so one counter is enough.
let ignored = 0

/** Sets the count of ignored values to 0, before a span is read. */
export function resetIgnored(): void {
  ignored = 0
}

/** Returns how many values of the span were ignored because they are not valid counts or costs. */
export const ignoredCount = (): number => ignored

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

/** In USD: far above any bill, and low enough that sums do not overflow. */
const COST_MAX = 1e9

/** Reads a count of tokens: a whole number from 0. Any other value is ignored and counted. */
export function tokens(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value
  return ignore(value)
}

/** Reads a cost in USD, from 0. Any other value is ignored and counted. */
export function dollars(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value <= COST_MAX) return value
  return ignore(value)
}

function ignore(value: unknown): undefined {
  if (value !== null) ignored++
  return undefined
}

/** Reads a string that is not empty. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** The longest JSON that is parsed, in characters. */
const JSON_MAX_LENGTH = 8192

/** Parses a JSON object or array; undefined for any other value. */
export function json(value: unknown): object | undefined {
  if (typeof value !== 'string' || value.length > JSON_MAX_LENGTH) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}

/** The longest JSON that is searched, in characters. */
const JSON_MAX_SEARCH = 262_144

/**
 * Parses one object out of JSON that is too long to be parsed, or cut: the member of a name of the member of another name.
 * Takes time in proportion to the text.
 */
export function jsonMember(value: string, outer: string, inner: string): object | undefined {
  const names = [outer, inner]
  const end = Math.min(value.length, JSON_MAX_SEARCH)
  let depth = 0
  let found = 0
  for (let at = 0; at < end; at++) {
    const char = value[at]
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') {
      depth--
      if (depth <= found) return undefined
    } else if (char === '"') {
      const start = at + 1
      at = stringEnd(value, start)
      const isWanted =
        depth === found + 1 && value.startsWith(`":{`, at) && value.slice(start, at) === names[found]
      if (!isWanted) continue
      found++
      if (found === names.length) return json(value.slice(at + 2, objectEnd(value, at + 2)))
    }
  }
  return undefined
}

/** Returns where a string ends, at its quotation mark or with the text. */
function stringEnd(value: string, start: number): number {
  for (let at = value.indexOf('"', start); at >= 0; at = value.indexOf('"', at + 1)) {
    let escapes = 0
    while (value[at - 1 - escapes] === '\\' && at - escapes > start) escapes++
    if (escapes % 2 === 0) return at
  }
  return value.length
}

/** Returns where an object ends, or where it is too long. */
function objectEnd(value: string, start: number): number {
  let depth = 0
  for (let at = start; at < start + JSON_MAX_LENGTH && at < value.length; at++) {
    const char = value[at]
    if (char === '"') at = stringEnd(value, at + 1)
    else if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1
  }
  return start
}

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
