import { readFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { countOf, kindOf } from '@otel-sessions/semconv/internal'
import type { Compression, HeadersOption } from '../../options.ts'
import { logUndefinedHeader } from '../messages.ts'
import { builtInNameOf, isPromise, ValueError } from './option-failure.ts'

// They describe the body, which is not the application's to change, or promise what this client does not do.
const RESERVED_HEADERS = new Set([
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'expect',
  'trailer',
  'upgrade',
])

/**
 * Checks headers from an object or from entries, such as a `Headers` or a `Map`, and returns them with lower-case names.
 * Numbers become strings; reserved headers are left out, and undefined values, which is logged once for each header.
 *
 * @throws ValueError that names the header and the kind of its value, never the value
 */
export function headersOf(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) {
    throw new ValueError(`headers must be an object or a function, it is ${kindOf(given)}`)
  }
  if (isPromise(given)) throw new ValueError('headers must be an object or a function, it is a promise')
  const isIterable = Symbol.iterator in given
  const builtIn = isIterable ? undefined : builtInNameOf(given)
  if (builtIn !== undefined)
    throw new ValueError(`headers must be an object or a function, it is a ${builtIn}`)
  const headers: Record<string, string> = {}
  const entries = isIterable ? (given as Iterable<unknown>) : Object.entries(given)
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      throw new ValueError(`headers must have entries of a name and a value, one is ${kindOf(entry)}`)
    }
    const [name, value] = entry as unknown[]
    if (value === undefined) {
      logUndefinedHeader(nameInMessage(name))
      continue
    }
    const text = typeof value === 'number' ? String(value) : value
    if (!isHeader(name, text)) {
      throw new ValueError(
        `headers: ${nameInMessage(name)} must be a valid header name with a valid string or number, it is ${kindOf(value)}`,
      )
    }
    if (!RESERVED_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = text as string
  }
  return headers
}

/** The most characters of a header's name in a message. */
const MAX_NAME_LENGTH = 40

/**
 * A header's name as messages show it. A token may stand where the name should: it has spaces, long words, or digits.
 * Names of headers have one digit at most, as `x-b3-traceid` does.
 */
export function nameInMessage(name: unknown): string {
  if (typeof name !== 'string') return kindOf(name)
  const isShown =
    name.length <= MAX_NAME_LENGTH &&
    (/^[a-z _.-]*$/i.test(name) || /^[a-z_.-]*\d[a-z_.-]*$/i.test(name)) &&
    !/[a-z]{17}/i.test(name)
  return isShown ? JSON.stringify(name) : `one whose name has ${countOf(name.length, 'character')}`
}

/** Whether HTTP allows a header of this name with this value. */
export function isHeader(name: unknown, value: unknown): name is string {
  if (typeof name !== 'string' || typeof value !== 'string') return false
  try {
    http.validateHeaderName(name)
    http.validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

/** Makes the headers of a request with this content type, without its length. */
export type RequestHeaders = (
  contentType: string,
) => http.OutgoingHttpHeaders | Promise<http.OutgoingHttpHeaders>

/**
 * Returns the function that makes the headers of each request.
 *
 * @throws TypeError for invalid static headers; those that a function returns are checked for each request
 */
export function requestHeaders(option: HeadersOption, compression: Compression): RequestHeaders {
  const userAgent = `otel-sessions-exporter/${ownVersion()}`
  const complete = (contentType: string, headers: Readonly<Record<string, string>>) => ({
    ...headers,
    // The application's comes first, as OpenTelemetry's exporters have it.
    'user-agent': headers['user-agent'] ? `${headers['user-agent']} ${userAgent}` : userAgent,
    'content-type': contentType,
    ...(compression === 'none' ? {} : { 'content-encoding': compression }),
  })
  if (typeof option === 'function') {
    return async (contentType) => complete(contentType, headersOf(await option()))
  }
  const headers = headersOf(option)
  return (contentType) => complete(contentType, headers)
}

function ownVersion(): string {
  try {
    const file = join(import.meta.dirname, '../../../../package.json')
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    // In a bundle, this may be the file of another package.
    return name === '@otel-sessions/exporter' && typeof version === 'string' ? version : '0'
  } catch {
    return '0'
  }
}
