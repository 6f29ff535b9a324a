import type { IncomingHttpHeaders } from 'node:http'
import * as zlib from 'node:zlib'
import type { Codec } from '../../encoder/codec.ts'
import { readErrorMessage } from '../../encoder/index.ts'
import { logWebPage, nameOfError, shorten } from '../messages.ts'
import type { Answer, RetryAnswer } from '../types.ts'

/** Stands for an answer that did not arrive. What became of the request is unknown, so it is retried. */
export const noAnswer = (reason: string): RetryAnswer => ({
  kind: 'retry',
  reason,
  status: undefined,
  afterMillis: undefined,
})

// The statuses that OTLP's specification calls retryable, and no others.
const RETRYABLE = new Set([429, 502, 503, 504])

// These tell about the server and the connection, not about the request. Another server may answer otherwise.
const OF_SERVER = new Set([408, 421, 429])

/** Whether a status tells about the server or the connection. */
export const isOfServer = (status: number): boolean => status >= 500 || OF_SERVER.has(status)

/** Whether spans are sent again after an answer with this status. */
export const isRetried = (status: number): boolean => RETRYABLE.has(status)

/** Stands for the status of an answer that did not arrive. */
export const NO_STATUS = 0

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** OTLP's limit for an answer. A longer one is a failure that is not retried. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024
/** Of other answers only the message is read. */
const MAX_MESSAGE_BYTES = 64 * 1024

/** How many bytes of an answer with this status are read. */
export const maxAnswerBytes = (status: number): number =>
  isSuccess(status) ? MAX_ANSWER_BYTES : MAX_MESSAGE_BYTES

/** An answer as it arrived. */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As much of it as was received, at most one piece beyond the limit. */
  readonly body: Buffer
}

/** Reads an answer, and logs if it is a web page. */
export function readAnswer({ status, headers, body }: RawAnswer, codec: Codec, host: string): Answer {
  if (isSuccess(status)) {
    const read = decompress(body, headers, MAX_ANSWER_BYTES)
    if (read === 'too long') return { kind: 'unreadable', status }
    if (isWebPage(read, headers)) logWebPage(host)
    const partial = codec.readAnswer(read, headers['content-type'])
    return {
      kind: 'accepted',
      status,
      rejectedSpans: partial?.rejectedSpans ?? 0,
      message: partial?.message ?? '',
    }
  }
  if (isRetried(status)) {
    const afterMillis = retryAfterMillis(headers['retry-after'], headers.date)
    return { kind: 'retry', reason: String(status), status, afterMillis }
  }
  if (status === 413) return { kind: 'too-large' }
  const read = decompress(body, headers, MAX_MESSAGE_BYTES)
  const message = read === 'too long' ? '' : readErrorMessage(read, headers['content-type'])
  return { kind: 'rejected', status, message: shorten(message) }
}

const NOTHING = Buffer.alloc(0)

/** Requests do not ask for compression, yet some proxies compress everything. What cannot be read counts as empty. */
function decompress(
  body: Buffer,
  headers: IncomingHttpHeaders,
  maxOutputLength: number,
): Buffer | 'too long' {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (body.length > MAX_ANSWER_BYTES) return 'too long'
  if (encoding === '' || encoding === 'identity') return body
  try {
    if (encoding === 'br') return zlib.brotliDecompressSync(body, { maxOutputLength })
    if (ZLIB.test(encoding)) return zlib.unzipSync(body, { maxOutputLength })
  } catch (error) {
    if (nameOfError(error) === 'ERR_BUFFER_TOO_LARGE') return 'too long'
  }
  return NOTHING
}

const ZLIB = /^(?:(?:x-)?gzip|deflate)$/

const HTML_TYPE = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i
const HTML = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i
const JSON_OBJECT = /^\s*\{/
/** How much of an answer shows whether it is a web page. */
const HTML_BYTES = 4096

/** Whether an answer is a web page, such as a login form or the start page of an application. */
function isWebPage(body: Buffer, headers: IncomingHttpHeaders): boolean {
  const text = body.subarray(0, HTML_BYTES).toString()
  return HTML.test(text) || (HTML_TYPE.test(headers['content-type'] ?? '') && !JSON_OBJECT.test(text))
}

// The three date formats of HTTP all begin with the name of the day; `Date.parse` alone reads `-1` as a year.
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*?( GMT)?$/

function parseDate(value: string): number {
  const match = DATE.exec(value)
  if (match === null) return Number.NaN
  return Date.parse(match[1] === undefined ? `${value} GMT` : value)
}

/**
 * The milliseconds that the header `Retry-After` asks to wait, never negative. It is a number of seconds or a date,
 * which is compared with the endpoint's own `Date` header if there is one, because the two clocks may differ.
 *
 * @returns undefined for a missing or invalid header
 */
export function retryAfterMillis(value: string | undefined, date: string | undefined): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const until = parseDate(text)
  if (Number.isNaN(until)) return undefined
  const sent = parseDate(date ?? '')
  return Math.max(0, until - (Number.isNaN(sent) ? Date.now() : sent))
}
