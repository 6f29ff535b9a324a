import type { IncomingHttpHeaders } from 'node:http'
import { problems } from '../../problems.ts'
import type { Codec } from '../encoder/codec.ts'
import { readErrorMessage } from '../encoder/index.ts'
import { spansText } from '../stats.ts'
import type { Answer, RetryAnswer } from './types.ts'

// The statuses that OTLP's specification calls retryable, and no others.
const RETRYABLE = new Set([429, 502, 503, 504])
/** How many characters of an endpoint's message are logged. */
const MAX_MESSAGE_LENGTH = 200

/** The answer of a request without one, or with one that does not say what became of the request. */
export const noAnswer = (reason: string): RetryAnswer => ({
  kind: 'retry',
  reason,
  status: undefined,
  afterMillis: undefined,
})

/** The code of a network error, else the error's name. */
export function nameOfError(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && code !== '') return code
  return typeof name === 'string' && name !== '' ? name : 'error'
}

/** Reads an answer. `body` is as much of it as was received. */
export function readAnswer(status: number, headers: IncomingHttpHeaders, body: Buffer, codec: Codec): Answer {
  const contentType = headers['content-type']
  if (status >= 200 && status < 300) {
    const partial = body.length > 0 ? codec.readAnswer(body, contentType) : undefined
    return {
      kind: 'accepted',
      rejectedSpans: partial?.rejectedSpans ?? 0,
      message: partial?.message ?? '',
    }
  }
  if (RETRYABLE.has(status)) {
    const afterMillis = retryAfterMillis(headers['retry-after'], headers.date)
    return { kind: 'retry', reason: String(status), status, afterMillis }
  }
  if (status === 413) return { kind: 'too-large' }
  return { kind: 'rejected', status, message: shorten(readErrorMessage(body, contentType)) }
}

/** One line of at most 200 characters. */
function shorten(text: string): string {
  const line = text
    .slice(0, 4 * MAX_MESSAGE_LENGTH)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH)}…` : line
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

/** What to do about a status. */
function adviceOn(status: number): string {
  if (status === 401 || status === 403) return 'Check the credentials in option headers'
  if (status === 404 || status === 405) return 'Check option url, which needs the whole path'
  if (status === 413) return "Check the endpoint's limit for the size of a request"
  if (status === 415) return 'Check that the endpoint supports the options protocol and compression'
  if (status < 400) return 'Redirects are not followed; check option url'
  return "Check the endpoint's log"
}

// Only at debug level: an endpoint's message may repeat a key or a prompt.
function logMessage(message: string): void {
  if (message !== '') problems.detail(() => `the endpoint answered: ${shorten(message)}`)
}

/** Logs, once for each status, that the endpoint rejected spans, and what to do. */
export function logRejected(status: number, spans: number, message: string): void {
  problems.report(
    `rejected-${status}`,
    () =>
      `the endpoint rejected ${spansText(spans)} with status ${status}; rejected spans are kept as space allows. ` +
      `${adviceOn(status)}, then call redeliver()`,
  )
  logMessage(message)
}

/** Logs, once, that the endpoint accepted a request but not all of its spans, or accepted it with a warning. */
export function logPartialSuccess(rejectedSpans: number, message: string): void {
  if (rejectedSpans > 0) {
    problems.report(
      'partial-success',
      () => `the endpoint accepted a request, but rejected ${spansText(rejectedSpans)} of it`,
    )
  } else if (message !== '') {
    problems.report('partial-success-warning', () => 'the endpoint accepted a request with a warning')
  }
  logMessage(message)
}

/** Logs, once, that a single span does not get through, and what to do. */
export function logUndeliverable(bytes: number): void {
  problems.report(
    'undeliverable',
    () =>
      `the endpoint, or a proxy before it, resets the connection for a span of ${bytes} bytes each time, and answers ` +
      'other requests. The span is kept as space allows. Check the size limits, then call redeliver()',
  )
}
