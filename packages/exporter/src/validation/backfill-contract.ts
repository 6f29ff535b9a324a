import type { SessionRecord } from '@otel-sessions/semconv/internal'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges, ValidationRules } from './decide.ts'
import type { ValidationCounters } from './stats.ts'

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
  readonly counters: Pick<ValidationCounters, 'backfilled' | 'notBackfilled'>
  /** Which changes a span needs. Throws what reading it throws. */
  decide(span: S, record: SessionRecord | undefined): SpanChanges | undefined
  /** The span or its view, counted. Throws what reading it throws. */
  finish(span: S, record: SessionRecord | undefined, changes: SpanChanges | undefined): S
  /** Counts a span that throws when it is read. @returns the span, unchanged */
  unreadable(span: S): S
  /** Called with spans that become ready between two batches. */
  onReady(spans: S[]): void
  /** Resolves when the spans that became ready are exported; a flush of the processor waits for it. */
  exported(): Promise<unknown>
}

/** The key of the function that makes the buffer. Validation calls it, so it imports no backfill code. */
export const CREATE_BUFFER: unique symbol = Symbol.for('otel-sessions.create-backfill-buffer') as never

/** The value of the option `backfill`; `backfill()` of `@otel-sessions/exporter/backfill` makes it. */
export interface Backfill {
  /** Internal: a `CreateBuffer`. */
  readonly [CREATE_BUFFER]: unknown
}

export type CreateBuffer = <S extends ExportableSpan>(host: BackfillHost<S>) => BackfillBuffer<S>
