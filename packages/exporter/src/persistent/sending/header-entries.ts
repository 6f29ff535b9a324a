import { validateHeaderName, validateHeaderValue } from 'node:http'
import { kindOf } from '@otel-sessions/semconv/internal'

// What says how the body is written is not for the application to change, and nobody waits for what these promise.
const OURS = new Set([
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'expect',
  'trailer',
  'upgrade',
])

/**
 * Headers of the application, with lower-case names, from an object or from entries, such as a `Headers` or a `Map`.
 * Numbers become strings; what is undefined, and what only we can say of a request, is left out.
 *
 * @throws TypeError that names the header, never its value, and the kind of what it is
 */
export function headersOf(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`headers must be an object or a function, it is ${kindOf(given)}`)
  }
  const headers: Record<string, string> = {}
  const entries = Symbol.iterator in given ? (given as Iterable<unknown>) : Object.entries(given)
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      throw new TypeError(`headers must have entries of a name and a value, one is ${kindOf(entry)}`)
    }
    const [name, value] = entry as unknown[]
    if (value === undefined) continue
    const text = typeof value === 'number' ? String(value) : value
    if (!isHeader(name, text)) {
      throw new TypeError(
        `headers: ${JSON.stringify(name)} must be a valid name of a header with a string that may stand in one, it is ${kindOf(value)}`,
      )
    }
    if (!OURS.has(name.toLowerCase())) headers[name.toLowerCase()] = text as string
  }
  return headers
}

function isHeader(name: unknown, value: unknown): name is string {
  if (typeof name !== 'string' || typeof value !== 'string') return false
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
