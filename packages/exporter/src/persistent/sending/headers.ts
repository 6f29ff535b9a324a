import { readFileSync } from 'node:fs'
import type { OutgoingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import type { Compression, HeadersOption } from '../options.ts'
import { headersOf } from './header-entries.ts'

/** The headers of a request with this content type, without the length. */
export type HeadersFor = (contentType: string) => OutgoingHttpHeaders | Promise<OutgoingHttpHeaders>

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
    return async (contentType) => complete(contentType, headersOf(await option()))
  }
  const checked = headersOf(option)
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
