import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** A subject's own counts of the spans that ended. */
interface Counts {
  /** Acknowledged by the endpoint. */
  readonly delivered: number
  /** Permanently rejected by the endpoint. */
  readonly rejected: number
  /** Lost in any other way. */
  readonly lost: number
  /** Not acknowledged yet. */
  readonly waiting: number
}

/** A span processor that delivers ended spans. */
interface Subject {
  readonly processor: SpanProcessor
  /** Undefined if it does not count. */
  counts(): Counts | undefined
}

/** The settings of every subject. */
interface SubjectSettings {
  /** An OTLP/HTTP endpoint for traces. */
  readonly url: string
  /** The most spans of a request. */
  readonly batchSize: number
  /** How long one request may take, in milliseconds. */
  readonly timeoutMillis: number
}

export type CreateSubject = (settings: SubjectSettings) => Subject
