/** What a collector does with a request, or, for `refuse`, with a connection. */
export type Behaviour =
  /** Takes it, and says so after a while. */
  | { readonly kind: 'accept'; readonly delayMillis: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Nobody listens, and open connections are gone. */
  | { readonly kind: 'refuse' }
  /** Reads it and never answers. */
  | { readonly kind: 'hang' }
  /**
   * Answers byte by byte, and never ends: its headers, so that nobody learns what it says, or the body of an answer
   * whose status is 200. Such a request counts as taken.
   */
  | { readonly kind: 'drip'; readonly part: 'headers' | 'body' }

/** What it does from when on; the first from 0, each until the next. */
export type Schedule = readonly { readonly fromMillis: number; readonly behaviour: Behaviour }[]

/** What a collector is asked, one thing after the other; it answers each. */
export type Question =
  /** Follow this schedule from now on. */
  | { readonly kind: 'follow'; readonly schedule: Schedule }
  /** What did you take so far? Decodes it, so not while something is measured. */
  | { readonly kind: 'report' }

export type Reply =
  | { readonly kind: 'listening'; readonly port: number }
  | ({ readonly kind: 'report' } & Report)

/** What a collector has taken, that is read whole and answered, or was answering, with 2xx. */
export interface Report {
  /** All requests, whatever became of them. */
  readonly requests: number
  /** Those of them that were read whole and did not get a whole answer of 2xx. */
  readonly turnedAway: number
  /** Distinct spans of those that the bench has made. */
  readonly delivered: number
  /** How often a span came that had come before. */
  readonly duplicates: number
  /** Spans that the bench did not make: something is broken. */
  readonly foreign: number
  /** Bytes of the bodies taken, as they came, compressed or not. */
  readonly wireBytes: number
}
