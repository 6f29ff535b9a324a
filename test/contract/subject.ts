import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** What a subject says became of the spans that it was given. */
interface Counts {
  /** Acknowledged by the receiver. */
  readonly delivered: number
  /** Refused by the receiver for good. */
  readonly refused: number
  /** Lost in any other way. */
  readonly lost: number
  /** Not acknowledged yet. */
  readonly waiting: number
}

/** Anything that takes ended spans and delivers them. */
interface Subject {
  readonly processor: SpanProcessor
  /** Undefined where it does not count. */
  counts(): Counts | undefined
}

/** What every subject is to be set up with. */
interface SubjectSettings {
  /** Of an OTLP/HTTP receiver of traces. */
  readonly url: string
  /** The most spans of a request. */
  readonly batchSize: number
  /** How long one request may take, in milliseconds. */
  readonly timeoutMillis: number
}

export type CreateSubject = (settings: SubjectSettings) => Subject
