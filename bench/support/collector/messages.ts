/** What a collector does with a request, or, for `refuse`, with a connection. */
export type Behaviour =
  /** Accepts it, and answers after a delay, with a message of so many bytes. */
  | { readonly kind: 'accept'; readonly delayMillis: number; readonly messageBytes?: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Refuses connections, and closes open ones. */
  | { readonly kind: 'refuse' }
  /** Reads it and never answers. */
  | { readonly kind: 'hang' }
  /** Answers requests that contain a span with a status, or not at all; accepts the others. */
  | { readonly kind: 'one span'; readonly span: number; readonly status: number | undefined }
  /** Answers requests with more than so many spans with a status; accepts the others. */
  | { readonly kind: 'at most'; readonly spans: number; readonly status: number }
  /** Behind a balancer that gives connections to two nodes in turn; the first of them always answers with a status. */
  | { readonly kind: 'sick node'; readonly status: number }
  /**
   * Answers byte by byte without end: the headers, so that the client never sees a status, or the body of an answer
   * with status 200. The latter counts as accepted.
   */
  | { readonly kind: 'drip'; readonly part: 'headers' | 'body' }

/** Behaviours with their start times; the first starts at 0, each lasts until the next. */
export type Schedule = readonly { readonly fromMillis: number; readonly behaviour: Behaviour }[]

/** Requests to a collector process, which answers each in turn. */
export type Question =
  /** Follow this schedule from now on. */
  | { readonly kind: 'follow'; readonly schedule: Schedule }
  /** Asks for a report. Decodes the accepted bodies, so do not ask during a measurement. */
  | { readonly kind: 'report' }

export type Reply =
  | { readonly kind: 'listening'; readonly port: number }
  | ({ readonly kind: 'report' } & Report)

/** What a collector has accepted: read completely and answered, or was answering, with 2xx. */
export interface Report {
  /** All requests, whatever their outcome. */
  readonly requests: number
  /** Those that were read completely and did not get a complete answer of 2xx. */
  readonly turnedAway: number
  /** Distinct spans of the benchmark. */
  readonly delivered: number
  /** Spans that had arrived before. */
  readonly duplicates: number
  /** Spans that the benchmark did not create, which is a fault. */
  readonly foreign: number
  /** Bytes of the accepted bodies, as received, compressed or not. */
  readonly wireBytes: number
}
