import type { SessionFlush, SessionRecord } from '@otel-sessions/semconv/internal'
import type { SessionBackend } from '../backends/backend.ts'
import type { ResultCallback } from '../delegate-calls.ts'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges, ValidationRules } from './decide.ts'
import type { ValidationCounters } from './stats.ts'

/** Where spans without a session wait for their trace. The class is in `backfill/`. */
export interface BackfillBuffer<S> {
  /** How many spans wait. */
  readonly size: number
  /** Takes a batch, and sends what can be exported now: the spans that need not wait, and those that waited long enough. */
  process(spans: readonly S[], callback: ResultCallback): void
  /**
   * Takes a single span, in front of a processor. What can be passed on now is passed on within the call: first the spans
   * that have waited, in the order in which they ended, then the span, if it need not wait.
   */
  processOne(span: S, passOn: (span: S, hasWaited: boolean) => void): void
  /** Sends everything that waits. */
  release(): void
}

/** Sends a part of a batch, and calls back once. */
export type PartSender<S> = (part: S[], callback: ResultCallback) => void

/**
 * Sends validated spans, and calls back once.
 *
 * @param flushes where the batch is registered as long as it is in flight
 * @param sendParts sends a batch that is too large for one request
 * @returns what waits until the spans are exported, if somebody can
 */
export type SpanSender<S> = (
  spans: S[],
  callback: ResultCallback,
  flushes: Iterable<SessionFlush['inFlight']>,
  sendParts?: (spans: S[], send: PartSender<S>, callback: ResultCallback) => void,
) => (() => Promise<unknown>) | undefined

/** What a buffer needs of the validation that it belongs to. */
export interface BackfillHost<S> {
  readonly rules: ValidationRules
  readonly counters: Pick<ValidationCounters, 'backfilled' | 'notBackfilled'>
  /** Which changes a span needs. Throws what reading it throws. */
  decide(span: S, record: SessionRecord | undefined): SpanChanges | undefined
  /** The span or its view, counted. Throws what reading it throws. */
  finish(span: S, record: SessionRecord | undefined, changes: SpanChanges | undefined): S
  /** Counts a span that throws when it is read. @returns the span, unchanged */
  unreadable(span: S): S
  /** Sends finished spans. @returns what waits until they are exported */
  send(
    spans: S[],
    callback: ResultCallback,
    sendParts: Parameters<SpanSender<S>>[3],
  ): ReturnType<SpanSender<S>>
}

/** The key of the function that makes the buffer. Validation calls it, so it imports no backfill code. */
export const CREATE_BUFFER: unique symbol = Symbol.for('otel-sessions.create-backfill-buffer') as never

/** The value of the option `backfill`; `backfill()` of `@otel-sessions/exporter/backfill` makes it. */
export interface Backfill {
  /** Internal: a `CreateBuffer`. */
  readonly [CREATE_BUFFER]: unknown
}

/** @param backends those of the option `backends`: their keys name users too */
export type CreateBuffer = <S extends ExportableSpan>(
  host: BackfillHost<S>,
  backends: readonly SessionBackend[] | undefined,
) => BackfillBuffer<S>
