import { sayDetail, sayOnce } from '../../report.ts'
import { nameOfError } from './answer.ts'
import { shorten } from './answer-text.ts'

function advice(status: number): string {
  if (status === 401 || status === 403) return 'See that the option "headers" has the right credentials'
  if (status === 404 || status === 405) return 'See that the option "url" is right; it needs its path'
  if (status === 413) return 'See what limit the receiver has for the size of a request'
  if (status === 415) return 'See that the receiver knows the "protocol" and the "compression"'
  if (status < 400) return 'Redirects are not followed: see that the option "url" is right'
  return 'See what the receiver logs'
}

// At another level than the warning: it may repeat what it was sent, a key or a prompt.
function sayWords(message: string): void {
  if (message !== '') sayDetail(() => `the receiver says: ${shorten(message)}`)
}

/** Says, once for each status, that spans were refused for good, and what to do. */
export function sayRefused(status: number, spans: number, message: string): void {
  sayOnce(
    `refused-${status}`,
    () =>
      `the receiver refused ${spans} spans for good with status ${status}. They are kept as far as there is room. ` +
      `${advice(status)}, then send them again with redeliver()`,
  )
  sayWords(message)
}

/** Says, once, that a receiver took a request but not all of its spans, or took them with a warning. */
export function sayPartialSuccess(notTaken: number, message: string): void {
  if (notTaken > 0) {
    sayOnce('partial-success', () => `the receiver took a request but not ${notTaken} of its spans`)
  } else if (message !== '') {
    sayOnce('partial-success-warning', () => 'the receiver took a request with a warning')
  }
  sayWords(message)
}

/** Says, once, that something failed that never should. */
export function sayBroken(error: unknown): void {
  sayOnce('broken', () => `sending failed in an unexpected way (${nameOfError(error)}), and is tried again`)
}

/** Says, once, that a span does not get through, and what to do. */
export function sayHopeless(bytes: number): void {
  sayOnce(
    'hopeless',
    () =>
      `the receiver, or what is in front of it, ends the connection at a span of ${bytes} bytes each time, and ` +
      'answers other requests. It is kept as far as there is room. See what limits there are, then send it again ' +
      'with redeliver()',
  )
}
