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

/** How many members of a name are tried. */
const CANDIDATES = 8

/**
 * Parses the first object that is the member of a name anywhere in JSON, and that the check accepts. Takes time in
 * proportion to the text, which may be cut. Text inside of strings is not found: it has a backslash before each quotation
 * mark.
 */
export function findObject<T>(
  value: unknown,
  name: string,
  accept: (found: Readonly<Record<string, unknown>>) => T | undefined,
): T | undefined {
  if (typeof value !== 'string') return undefined
  const wanted = `"${name}":{`
  let tries = 0
  for (let at = value.indexOf(wanted); at >= 0 && at < JSON_MAX_SEARCH; at = value.indexOf(wanted, at + 1)) {
    if (tries++ === CANDIDATES) return undefined
    const start = at + wanted.length - 1
    const found = json(value.slice(start, objectEnd(value, start)))
    const accepted = found && accept(found as Readonly<Record<string, unknown>>)
    if (accepted !== undefined) return accepted
  }
  return undefined
}
