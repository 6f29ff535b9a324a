import { ATTR_SESSION_ID, ATTR_SESSION_LATE, checkSessionId } from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { nanoCostOf, type PriceOf } from './cost/span-cost.ts'
import { type Counters, problems } from './counters.ts'
import { CallFacts } from './deduplication/call-facts.ts'
import { tellAbove } from './deduplication/nesting.ts'
import { RecentSpans, type Trace } from './deduplication/recent-spans.ts'
import {
  CALL,
  COUNTED,
  ENTERS,
  KIND_BELOW,
  REPORTED_BESIDE,
  SEEN,
  type SpanRecord,
  STOPPED,
  settle,
  USAGE,
  USAGE_BELOW,
} from './deduplication/span-record.ts'
import { coverCalls } from './deduplication/usage-above.ts'
import { durationMillis, type EndedSpan, entersProcess, epochMillis } from './ended-span.ts'
import { applySessionSpan, readSessionSpan, type SessionSpan } from './session-spans.ts'
import { Contribution, reportsUsage } from './totals/contribution.ts'
import { addLatency } from './totals/latencies.ts'
import type { SessionEnd } from './totals/lifecycle.ts'
import { isTime, type Session } from './totals/session.ts'
import type { Sessions } from './totals/sessions.ts'
import { bucketOf } from './totals/sketch.ts'
import type { SharedLabels } from './totals/value-sets.ts'
import { readUsage, summableUsage } from './usage/read-usage.ts'
import type { SpanUsage } from './usage/span-usage.ts'
import { isName, text } from './usage/values.ts'

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
    const usage = summableUsage(readUsage(span))
    const sessionSpan = readSessionSpan(span)
    const scope = isCall(usage)
      ? text((span.instrumentationScope ?? span.instrumentationLibrary)?.name)
      : undefined
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
    if (enters) record.flags |= ENTERS
    record.kind = sessionSpan === undefined ? usage.kind : 'other'
    let lacksCost = false
    if (hasSession) {
      const session = this.#sessions.obtain(id)
      if (usage.ignored > 0) this.#ignore(usage.ignored)
      this.#addTimes(session, start, end, isLate)
      this.#addLabels(session, usage)
      if (sessionSpan === undefined) {
        this.#addSpan(session, usage, trace, record, enters ? duration : Number.NaN)
        lacksCost = this.#addContribution(session, usage, record, duration)
      } else this.#applySessionSpan(session, sessionSpan, start)
    } else this.#counters.withoutSession++
    tellAbove(this.#spans, trace, record, this.#counters)
    coverCalls(this.#spans, trace, record, this.#counters)
    if ((record.flags & (COUNTED | CALL)) === (COUNTED | CALL)) {
      const hasCost = record.contribution?.cost !== undefined
      record.facts = new CallFacts(scope, usage, start, end, hasCost)
      trace.addCall(record)
    }
    // What was just told or added may change which calls are one.
    trace.calls?.update(this.#counters)
    if (lacksCost && (record.flags & REPORTED_BESIDE) === 0) reportUnknownCost(usage)
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

  #addSpan(session: Session, usage: SpanUsage, trace: Trace, record: SpanRecord, duration: number): void {
    session.spans++
    if (trace.addSession(session)) session.traces++
    if (usage.error) session.errors++
    const { kind } = usage
    if (kind !== 'llm' && kind !== 'other' && (record.flags & KIND_BELOW[kind]) === 0) {
      session[kind]++
      record.kindOf = session
    }
    if (Number.isFinite(duration)) {
      session.traceLatencies = addLatency(session.traceLatencies, bucketOf(duration))
    }
  }

  /** Returns whether the usage counts and has no cost, although there are prices. */
  #addContribution(session: Session, usage: SpanUsage, record: SpanRecord, duration: number): boolean {
    const isUsage = reportsUsage(usage)
    if (!isCall(usage) && !isUsage && usage.kind !== 'embedding') return false
    if (isCall(usage)) record.flags |= usage.isStopped ? CALL | STOPPED : CALL
    if (isUsage) record.flags |= USAGE
    const counts = isUsage && (record.flags & USAGE_BELOW) === 0
    const cost = counts ? nanoCostOf(usage, this.#priceOf) : undefined
    // The time of a stopped stream is that of all its steps, not that of the call.
    const hasLatency = isCall(usage) && !usage.isStopped && Number.isFinite(duration)
    const bucket = hasLatency ? bucketOf(duration) : -1
    record.contribution = new Contribution(session, usage, cost, bucket)
    settle(record, this.#counters)
    return counts && cost === undefined && this.#priceOf !== undefined
  }

  #applySessionSpan(session: Session, sessionSpan: SessionSpan, time: number): void {
    const { ignored, ended, replaced } = applySessionSpan(sessionSpan, time, session)
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

/** Whether a span is an LLM call, unless one is below it. */
const isCall = ({ kind, callIfNoneBelow }: SpanUsage): boolean => kind === 'llm' || callIfNoneBelow

const isId = (id: unknown): id is string => typeof id === 'string' && id !== '' && id.length <= ID_MAX_LENGTH

/** Logs why the cost of a usage is unknown, although there are prices. */
function reportUnknownCost({ undecided }: SpanUsage): void {
  if (undecided === undefined) {
    problems.report(
      'unpriced',
      () =>
        'a usage has no cost: its span reports none, and the option prices has no price of its model, or the span does not report all its tokens, or only the sum of several calls, of which one may have had a long prompt; models in the totals tells which, so add a price',
    )
    return
  }
  problems.report('undecided', () => UNDECIDED[undecided], undecided)
}

/** What the numbers do not say, and what helps. */
const UNDECIDED = {
  cache:
    'a usage has no cost: its span does not tell whether its input includes what was read from and written to a cache; update its instrumentation, or report a cost',
  total:
    'a usage has no cost: the tokens of its span do not add up to their total, or one of its counts is invalid or unknown; update its instrumentation, or report a cost',
  stream:
    'a usage has no cost: LangChain counts the first words of a streamed answer of Anthropic twice; give its model a client of @anthropic-ai/sdk 0.137 or later, which traces itself and counts right',
  lifetime:
    'a usage has no cost: its instrumentation does not report for how long something was written to a cache; set the option cacheLifetime to 5m, which is the default of Anthropic, or to 1h',
} satisfies Record<NonNullable<SpanUsage['undecided']>, string>
