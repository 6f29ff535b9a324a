import { after, afterKeepingAlive, now, type Timer } from '@otel-sessions/semconv/internal'
import type { BodyFormat } from '../encoder/codec.ts'
import type { Compression, HeadersOption, HttpAgentOption } from '../options.ts'

/** Options of the sender, checked and complete. */
export interface SenderSettings {
  /** The whole URL, http or https. */
  readonly url: string
  readonly headers: HeadersOption
  readonly compression: Compression
  /** How long a request waits without progress; see `Deadline`. */
  readonly timeoutMillis: number
  /** The longest that `Retry-After` can delay the next request. */
  readonly maxRetryAfterMillis: number
  /** Options of Node's http or https agent, or a function that returns an agent. */
  readonly agentOptions: HttpAgentOption
  /** How many requests may be in flight. */
  readonly concurrency: number
  /** The most spans of a request, unless one record has more. */
  readonly maxExportBatchSize: number
  /** The most bytes of a request before compression, unless one record has more. */
  readonly maxRequestBytes: number
  /** How long a batch that is not full waits for more spans. */
  readonly scheduledDelayMillis: number
}

/** What one request consists of. */
export interface Part {
  readonly bodies: readonly Buffer[]
  readonly spans: number
  /** Before compression. */
  readonly bytes: number
}

/** What became of a request. */
export type Answer =
  /** 2xx. */
  | {
      readonly kind: 'accepted'
      readonly status: number
      readonly rejectedSpans: number
      readonly message: string
    }
  /** 2xx, but longer than is read, so that what was accepted is unknown. OTLP forbids to retry it. */
  | { readonly kind: 'unreadable'; readonly status: number }
  | RetryAnswer
  /** 413. */
  | { readonly kind: 'too-large' }
  /** Any other status: a retry would be answered alike. */
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string }

/** 429, 502, 503, 504, no connection, or no answer in time. */
export interface RetryAnswer {
  readonly kind: 'retry'
  readonly reason: string
  readonly status: number | undefined
  /** What `Retry-After` asks for. */
  readonly afterMillis: number | undefined
}

/** An answer that is not retried. */
export type FinalAnswer = Exclude<Answer, RetryAnswer>

/** Posts bodies to the endpoint. */
export interface Transport {
  /** Posts one body. Never rejects. */
  post(format: BodyFormat, parts: readonly Buffer[]): Promise<Answer>
  /** Whether requests keep the process alive, those in flight included; at first they do not. */
  keepAlive(isNeeded: boolean): void
  /** Aborts all requests, or those without a connection yet, for which Node would wait. They are answered as `retry`. */
  abort(which: 'all' | 'connecting'): void
  /** Closes the connections. Requests in flight are answered as `retry`. */
  close(): void
}

/** Observes requests, for metrics. Its methods must not throw. */
export interface RequestObserver {
  sent(spans: number): void
  /**
   * @param failure undefined for success, else the status or the kind of the error
   * @param rejected how many of the spans were not accepted although the request was
   */
  answered(
    spans: number,
    millis: number,
    failure: string | undefined,
    status: number | undefined,
    rejected: number,
  ): void
}

/** Time and chance, so that tests need not wait for either. */
export interface Clock {
  /** Milliseconds of a clock that is never set back. */
  now(): number
  /** From 0 to 1, without 1. */
  random(): number
  /** Calls back after at most `LONGEST_TIMER_MILLIS`. The timer does not keep the process alive. */
  after(millis: number, callback: () => void): Timer
  /** Calls back after at most `LONGEST_TIMER_MILLIS`, and keeps the process alive until then. */
  afterKeepingAlive(millis: number, callback: () => void): Timer
}

export const systemClock: Clock = { now, random: Math.random, after, afterKeepingAlive }
