import type { SessionRecord } from '@otel-sessions/semconv/internal'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges, ValidationRules } from './decide.ts'
import type { NotBackfilledReason } from './stats.ts'

/** A span, its record if there is one, and what validation changes on it. */
export interface Decision<S> {
  readonly span: S
  readonly record: SessionRecord | undefined
  readonly changes: SpanChanges | undefined
  /** Neither the attributes nor the record name a session. The buffer finds out. */
  isUnassigned: boolean
}

/** Where spans without a session wait for their trace. The class is in `backfill/`. */
export interface BackfillBuffer<S> {
  /** How many spans wait. */
  readonly size: number
  /** Takes a batch. @returns what can be exported now: the spans that need not wait, and those that waited long enough */
  process(spans: readonly S[]): S[]
  /** @returns everything that waits */
  release(): S[]
}

/** What a buffer needs of the validation that it belongs to. */
export interface BackfillHost<S> {
  readonly rules: ValidationRules
  /** Decides about a span; undefined if reading it throws. */
  decide(span: S): Decision<S> | undefined
  /** The span to export, with its own session or the one of its trace. Never throws. */
  finish(decision: Decision<S>, traceSessionId?: string): S
  /** Counts a span that throws when it is read. @returns the span, unchanged */
  unreadable(span: S): S
  /** Counts a span that stopped waiting before its trace was complete. */
  countNotBackfilled(reason: NotBackfilledReason): void
  /** Called with spans that become ready between two batches. */
  onReady(spans: S[]): void
  /** Resolves when the spans that became ready are exported; a flush of the processor waits for it. */
  exported(): Promise<unknown>
}

/** The key of the function that makes the buffer. Validation calls it, so it imports no backfill code. */
export const CREATE_BUFFER: unique symbol = Symbol.for('otel-sessions.create-backfill-buffer') as never

/** The value of the option `backfill`; `backfill()` of `@otel-sessions/exporter/backfill` makes it. */
export interface Backfill {
  /** Internal: a {@link CreateBuffer}. */
  readonly [CREATE_BUFFER]: unknown
}

export type CreateBuffer = <S extends ExportableSpan>(host: BackfillHost<S>) => BackfillBuffer<S>
