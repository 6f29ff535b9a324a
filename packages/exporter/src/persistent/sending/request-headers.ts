import type { BodyFormat } from '../otlp/codec.ts'
import { codecOf } from '../otlp/index.ts'
import type { Compression } from './types.ts'

/** What says what the body is: not the application's to say. */
const OURS = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding']
const USER_AGENT = 'otel-sessions-exporter'

/** The headers of a request: the application's, and those that say what the body is. */
export function requestHeaders(
  given: Readonly<Record<string, string>>,
  format: BodyFormat,
  compression: Compression,
  body: readonly Buffer[],
): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT }
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase()
    if (!OURS.includes(lower)) headers[lower] = value
  }
  headers['content-type'] = codecOf(format).contentType
  headers['content-length'] = String(body.reduce((sum, part) => sum + part.length, 0))
  if (compression !== 'none') headers['content-encoding'] = compression
  return headers
}
