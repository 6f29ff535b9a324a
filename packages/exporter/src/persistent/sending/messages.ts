import { log, problems } from '../../problems.ts'
import { spansText } from '../stats.ts'
import type { RequestOption } from './http/option-failure.ts'

/** The code of a network error, else the error's name. */
export function nameOfError(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && code !== '') return code
  return typeof name === 'string' && name !== '' ? name : 'error'
}

/** How many characters of an endpoint's message are logged. */
const MAX_MESSAGE_LENGTH = 200

/** One line of at most 200 characters. */
export function shorten(text: string): string {
  const line = text
    .slice(0, 4 * MAX_MESSAGE_LENGTH)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH)}…` : line
}

/** What to do about a status. */
function adviceOn(status: number, hasDelivered: boolean): string {
  if (hasDelivered && status !== 413)
    return "Check the endpoint's log, or a firewall's, for what is wrong with them"
  if (status === 401 || status === 403)
    return 'Check the credentials in option headers, or OTEL_EXPORTER_OTLP_HEADERS'
  if (status === 404 || status === 405)
    return 'Check OTEL_EXPORTER_OTLP_ENDPOINT, or option url, which needs the whole path'
  if (status === 413) return "Check the endpoint's limit for the size of a request"
  if (status === 415) return 'Check that the endpoint supports the options protocol and compression'
  if (status < 400) return 'Redirects are not followed; check option url'
  return "Check the endpoint's log"
}

// Only at debug level: an endpoint's message may repeat a key or a prompt.
function logMessage(message: string): void {
  if (message !== '') log('debug', () => `the endpoint answered: ${shorten(message)}`)
}

/**
 * Logs, once for each status and endpoint, that it rejected spans, and what to do.
 *
 * @param hasDelivered whether it accepted other spans that were sent with them
 */
export function logRejected(
  host: string,
  status: number,
  spans: number,
  message: string,
  hasDelivered: boolean,
): void {
  // Apart, because the cause and the remedy are others.
  const code = hasDelivered ? `rejected-spans-${status}` : `rejected-${status}`
  problems.report(
    code,
    () =>
      `endpoint ${host} rejected ${spansText(spans)} with status ${status}` +
      (hasDelivered ? ', and accepted the others of the request' : '') +
      `; rejected spans are kept as space allows. ${adviceOn(status, hasDelivered)}, then call redeliver()`,
    host,
  )
  logMessage(message)
}

/** Logs, once for each endpoint, that it accepted a request but not all of its spans, or accepted it with a warning. */
export function logPartialSuccess(host: string, rejectedSpans: number, message: string): void {
  if (rejectedSpans > 0) {
    problems.report(
      'partial-success',
      () => `endpoint ${host} accepted a request, but rejected ${spansText(rejectedSpans)} of it`,
      host,
    )
  } else if (message !== '') {
    problems.report(
      'partial-success-warning',
      () => `endpoint ${host} accepted a request with a warning`,
      host,
    )
  }
  logMessage(message)
}

/** Logs, once for each endpoint, that its answers are too long to be read. */
export function logUnreadable(host: string, status: number, spans: number): void {
  problems.report(
    'unreadable-answer',
    () =>
      `endpoint ${host} answered a request of ${spansText(spans)} with status ${status} and more than 4 MiB. Which of ` +
      'them it accepted is unknown; they count as rejected, and are kept as space allows. Check option url, then ' +
      'call redeliver()',
    host,
  )
}

/** Logs, once for each option and endpoint, that its function failed. */
export function logFunctionFailure(option: RequestOption, what: string, host: string): void {
  problems.report(
    option,
    () => `the function in option ${option} for ${host} ${what}; spans wait until it succeeds`,
    host,
  )
}

/** Logs, once for each endpoint, that connections cannot be made. `what` names the option, and all else it may be. */
export function logUnusableAgent(what: string, reason: string, host: string): void {
  problems.report(
    'unusable-agent',
    () => `${what} cannot be used for ${host} (${reason}); spans are kept as space allows`,
    host,
  )
}

/** Logs, once for each header, that it has no value. */
export function logUndefinedHeader(name: string): void {
  problems.report(
    'undefined-header',
    () => `option headers: ${name} is undefined, so requests do not have this header`,
    name,
  )
}

/** Logs, once for each endpoint, that a `Retry-After` is too long. */
export function logLongRetryAfter(host: string, afterMillis: number, maxMillis: number): void {
  problems.report(
    'retry-after',
    () =>
      `endpoint ${host} asked us to retry after ${Math.ceil(afterMillis / 1000)} s; it is asked again after ` +
      `${Math.ceil(maxMillis / 1000)} s, see the option maxRetryAfterMillis`,
    host,
  )
}

/** Logs, once for each endpoint, that it answers with HTML. */
export function logWebPage(host: string): void {
  problems.report(
    'web-page',
    () => `endpoint ${host} answers with a web page, which counts as success; check option url`,
    host,
  )
}

function whatHappens(reason: string): string {
  if (reason === 'timeout') return 'gives no answer in time'
  if (reason.startsWith('HPE_')) return 'answers with what is not HTTP'
  if (reason === 'closed') return 'closes the connection'
  return /^\d+$/.test(reason) ? `answers with status ${reason}` : 'resets the connection'
}

/** Logs, once for each endpoint, that a single span does not get through, and what to do. */
export function logUndeliverable(host: string, bytes: number, reason: string): void {
  problems.report(
    'undeliverable',
    () =>
      `endpoint ${host}, or a proxy before it, ${whatHappens(reason)} for a span of ${bytes} bytes each time, and ` +
      'accepts others. The span is kept as space allows. Check the size limits and the log, then call redeliver()',
    host,
  )
}
