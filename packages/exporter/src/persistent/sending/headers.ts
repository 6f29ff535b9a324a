import { readFileSync } from 'node:fs'
import { type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http'
import { join } from 'node:path'
import type { Compression, HeadersOption } from './types.ts'

/** The headers of a request with this content type, without the length. */
export type HeadersFor = (contentType: string) => OutgoingHttpHeaders | Promise<OutgoingHttpHeaders>

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

function ownVersion(): string {
  try {
    const file = join(import.meta.dirname, '../../../package.json')
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    // In a bundle, another package's file may stand there.
    return name === '@otel-sessions/exporter' && typeof version === 'string' ? version : '0'
  } catch {
    return '0'
  }
}

/**
 * Headers with lower-case names.
 *
 * @throws TypeError that names the header, never its value, if HTTP does not allow it
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      throw new TypeError(`headers: ${JSON.stringify(name)} has a name or a value that HTTP does not allow`)
    }
    if (!OURS.has(name.toLowerCase())) checked[name.toLowerCase()] = value
  }
  return checked
}

/**
 * What makes the headers of each request; those that do not change are made once.
 *
 * @throws TypeError if headers that do not change are not allowed; those that a function makes are checked each time
 */
export function newHeaders(option: HeadersOption, compression: Compression): HeadersFor {
  const userAgent = `otel-sessions-exporter/${ownVersion()}`
  const complete = (contentType: string, headers: Readonly<Record<string, string>>): OutgoingHttpHeaders => ({
    'user-agent': userAgent,
    ...headers,
    'content-type': contentType,
    ...(compression === 'none' ? {} : { 'content-encoding': compression }),
  })
  if (typeof option === 'function') {
    return async (contentType) => complete(contentType, checkHeaders(await option()))
  }
  const checked = checkHeaders(option)
  const made = new Map<string, OutgoingHttpHeaders>()
  return (contentType) => {
    let headers = made.get(contentType)
    if (headers === undefined) {
      headers = complete(contentType, checked)
      made.set(contentType, headers)
    }
    return headers
  }
}
