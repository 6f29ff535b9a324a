/**
 * Backfill: spans without a session wait for their local trace and inherit its only session.
 *
 * - `buffer.ts`: the spans that wait, and when they stop waiting
 * - `requests.ts`: how they are sent, in requests of the usual size
 * - `trace-session.ts`: which spans wait, and which session their trace has; pure rules, and the memory of traces without
 *   a record
 * - `named-fields.ts`: the user and the conversation that spans name, under any key, and where they disagree
 *
 * `SpanValidation` makes the buffer through the value of `backfill()` and calls it with every batch. The buffer sends what
 * is ready through it.
 *
 * @module
 */
import { checkOptions, checkWholeNumber, LONGEST_TIMER_MILLIS } from '@otel-sessions/semconv/internal'
import type { SessionBackend } from '../backends/backend.ts'
import type { ExportableSpan } from '../span-types.ts'
import {
  type Backfill,
  type BackfillBuffer,
  type BackfillHost,
  CREATE_BUFFER,
} from '../validation/backfill-contract.ts'
import { TraceBuffer } from './buffer.ts'

export type { Backfill }

/** How long, and how many, spans without a session wait for their trace. */
export interface BackfillOptions {
  /**
   * The longest that a span waits, in milliseconds; then it is exported without a session. A whole number of at least 1,
   * at most 2,147,483,647.
   *
   * @default 30000
   */
  readonly maxWaitMillis?: number | undefined
  /**
   * The most spans that wait at the same time; if one more comes, the oldest is exported without a session. A whole
   * number of at least 1, at most 50,000. Spans are kept in memory with their attributes.
   *
   * @default 2048
   */
  readonly maxSpans?: number | undefined
}

const OPTIONS = ['maxWaitMillis', 'maxSpans'] satisfies (keyof BackfillOptions)[]

/**
 * Makes the value of the option `backfill`: spans without a session are buffered until their local trace completes, and
 * inherit its session if it contained exactly one.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example new SessionSpanExporter(new OTLPTraceExporter(), { backfill: backfill() })
 */
export function backfill(options: BackfillOptions = {}): Backfill {
  const { maxWaitMillis = 30_000, maxSpans = 2048 } = checkOptions('backfill', options, OPTIONS)
  checkWholeNumber('backfill', 'maxWaitMillis', maxWaitMillis, 1, LONGEST_TIMER_MILLIS)
  checkWholeNumber('backfill', 'maxSpans', maxSpans, 1, 50_000)
  const settings = { maxWaitMillis, maxSpans }
  return {
    [CREATE_BUFFER]: <S extends ExportableSpan>(
      host: BackfillHost<S>,
      backends: readonly SessionBackend[] = [],
    ): BackfillBuffer<S> => new TraceBuffer(settings, host, backends),
  }
}
