import {
  ATTR_SESSION_ID,
  ATTR_SESSION_LATE,
  checkSessionId,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { nanoCostOf, type PriceOf } from './cost/span-cost.ts'
import { type Counters, problems } from './counters.ts'
import { flagsAbove, tellAbove } from './deduplication/nesting.ts'
import { RecentSpans, type Trace } from './deduplication/recent-spans.ts'
import {
  CALL_BELOW,
  COUNTED,
  KIND_BELOW,
  SEEN,
  type SpanRecord,
  USAGE_BELOW,
} from './deduplication/span-record.ts'
import { durationMillis, type EndedSpan, entersProcess, epochMillis } from './ended-span.ts'
import { applySessionSpan, sessionSpanKind } from './session-spans.ts'
import { Contribution, reportsUsage } from './totals/contribution.ts'
import { addLatency } from './totals/latencies.ts'
import type { SessionEnd } from './totals/lifecycle.ts'
import { isTime, type Session } from './totals/session.ts'
import type { Sessions } from './totals/sessions.ts'
import { bucketOf } from './totals/sketch.ts'
import type { SharedLabels } from './totals/value-sets.ts'
import { readSpanUsage, summableUsage } from './usage/read-usage.ts'
import type { SpanUsage } from './usage/span-usage.ts'
import { isName } from './usage/values.ts'

/** The longest ID of a trace or span that is remembered, in characters; real ones have 32 and 16. */
const ID_MAX_LENGTH = 64

/** Counts spans into their sessions: reads a span, skips repetitions, and adds what it contributes. */
export class SpanCounter {
  readonly #sessions: Sessions
  readonly #labels: SharedLabels
  readonly #counters: Counters
  readonly #priceOf: PriceOf | undefined
  readonly #onEnd: (session: Session) => void
  readonly #spans = new RecentSpans()

  /** @param onEnd called when a session ends for the first time */
  constructor(
    sessions: Sessions,
    labels: SharedLabels,
    counters: Counters,
    priceOf: PriceOf | undefined,
    onEnd: (session: Session) => void,
  ) {
    this.#sessions = sessions
    this.#labels = labels
    this.#counters = counters
    this.#priceOf = priceOf
    this.#onEnd = onEnd
  }

  /** Counts a span. Never throws. */
  count(span: EndedSpan): void {
    this.#counters.spans++
    try {
      this.#count(span)
    } catch {
      this.#counters.unreadable++
      problems.report('unreadable', () => 'a span cannot be read and is not counted in totals')
    }
  }

  #count(span: EndedSpan): void {
    const id = ownValue(span.attributes, ATTR_SESSION_ID)
    const hasSession =
      typeof id === 'string' && (this.#sessions.find(id) !== undefined || checkSessionId(id).ok)
    // Everything is read before anything is counted: reading may throw, and a span counts as a whole or not at all.
    const usage = summableUsage(readSpanUsage(span))
    const kind = sessionSpanKind(span)
    const isLate = ownValue(span.attributes, ATTR_SESSION_LATE) === true
    const { startTime, endTime } = span
    const start = epochMillis(startTime)
    const end = epochMillis(endTime)
    const duration = durationMillis(startTime, endTime)
    const { traceId, spanId } = span.spanContext()
    const given = span.parentSpanContext?.spanId ?? span.parentSpanId
    const parentId = isId(given) && given !== spanId ? given : undefined
    const enters = entersProcess(span, parentId !== undefined)
    if (!isId(traceId) || !isId(spanId)) throw new TypeError('a span without IDs')

    const trace = this.#spans.trace(traceId)
    const record = this.#spans.obtain(trace, spanId)
    if ((record.flags & (hasSession ? COUNTED : SEEN)) !== 0) {
      this.#counters.repeated++
      return
    }
    this.#spans.see(record, hasSession)
    record.parentId = parentId
    record.kind = kind === undefined ? usage.kind : 'other'
    if (hasSession) {
      const session = this.#sessions.obtain(id)
      if (usage.ignored > 0) this.#ignore(usage.ignored)
      this.#addTimes(session, start, end, isLate)
      this.#addLabels(session, usage)
      if (kind === undefined) this.#addWork(session, usage, trace, record, enters, duration)
      else this.#applySessionSpan(session, kind, span)
    } else this.#counters.withoutSession++
    if (parentId === undefined) return
    const flags = flagsAbove(record, hasSession && kind === undefined ? ownFlags(usage) : 0)
    if (flags !== 0) tellAbove(this.#spans, trace, parentId, flags)
  }

  #ignore(count: number): void {
    this.#counters.ignoredValues += count
    problems.report(
      'ignored',
      () => 'a span has an invalid count, cost, score, time or name, which is ignored in totals',
    )
  }

  #addTimes(session: Session, start: number, end: number, isLate: boolean): void {
    if (!isTime(start) || !isTime(end)) {
      this.#ignore(1)
      return
    }
    session.widen(start, Math.max(start, end))
    const ended = session.lifecycle?.end
    if (isLate || (ended !== undefined && start > ended.time)) session.obtainLifecycle().late++
  }

  #addLabels(session: Session, { userId, tags, environment }: SpanUsage): void {
    if (userId !== undefined) {
      if (isName(userId)) session.addUser(userId)
      else this.#ignore(1)
    }
    if (tags === undefined && environment === undefined) return
    const validTags = tags?.every(isName) === false ? tags.filter(isName) : tags
    const validEnvironment = isName(environment) ? environment : undefined
    const ignored =
      (tags?.length ?? 0) - (validTags?.length ?? 0) + (validEnvironment === environment ? 0 : 1)
    if (ignored > 0) this.#ignore(ignored)
    session.addLabels(this.#labels, validTags, validEnvironment)
  }

  #addWork(
    session: Session,
    usage: SpanUsage,
    trace: Trace,
    record: SpanRecord,
    enters: boolean,
    duration: number,
  ): void {
    session.spans++
    if (trace.addSession(session)) session.traces++
    if (usage.error) session.errors++
    const { kind } = usage
    const { flags } = record
    const isLlm = kind === 'llm'
    if (!isLlm && kind !== 'other' && (flags & KIND_BELOW[kind]) === 0) {
      session[kind]++
      record.kindOf = session
    }
    const bucket = (enters || isLlm) && Number.isFinite(duration) ? bucketOf(duration) : -1
    if (enters && bucket >= 0) session.traceLatencies = addLatency(session.traceLatencies, bucket)
    const isCall = isLlm && (flags & CALL_BELOW) === 0
    const isUsage = (flags & USAGE_BELOW) === 0 && reportsUsage(usage)
    if (!isCall && !isUsage) return
    const cost = isUsage ? nanoCostOf(usage, this.#priceOf) : undefined
    record.contribution = new Contribution(session, usage, cost, bucket)
    record.contribution.settle(isCall, isUsage)
  }

  #applySessionSpan(session: Session, kind: SessionSpanKind, span: EndedSpan): void {
    const { ignored, ended, replaced } = applySessionSpan(kind, span, session)
    if (ignored > 0) this.#ignore(ignored)
    if (ended !== undefined) this.#endSession(session, { ...ended, implied: false })
    if (replaced !== undefined && replaced.id !== session.id) {
      const end = { state: 'indeterminate', reason: 'replaced', time: replaced.time, implied: true } as const
      this.#endSession(this.#sessions.obtain(replaced.id), end)
    }
  }

  #endSession(session: Session, end: SessionEnd): void {
    const lifecycle = session.obtainLifecycle()
    lifecycle.addEnd(end)
    // A session that has an end but no spans was mostly removed before, and then its end was reported.
    if (!lifecycle.isEndReported && session.hasTime) {
      lifecycle.isEndReported = true
      this.#onEnd(session)
    }
  }
}

const isId = (id: unknown): id is string => typeof id === 'string' && id !== '' && id.length <= ID_MAX_LENGTH

/** What a span itself reports to the spans above it. */
function ownFlags(usage: SpanUsage): number {
  const { kind } = usage
  const usageFlag = reportsUsage(usage) ? USAGE_BELOW : 0
  if (kind === 'other') return usageFlag
  return usageFlag | (kind === 'llm' ? CALL_BELOW : KIND_BELOW[kind])
}
