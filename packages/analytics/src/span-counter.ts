import {
  ATTR_SESSION_ID,
  ATTR_SESSION_LATE,
  checkSessionId,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { nanoCostOf, type PriceOf } from './cost/span-cost.ts'
import { type Counters, problems } from './counters.ts'
import { Fingerprints } from './deduplication/fingerprints.ts'
import { RecentSpans } from './deduplication/recent-spans.ts'
import { durationMillis, type EndedSpan, entersProcess, epochMillis } from './ended-span.ts'
import { applySessionSpan, sessionSpanKind } from './session-spans.ts'
import { addLabels, addLatency, addUser } from './totals/columns.ts'
import {
  addContribution,
  Contribution,
  LLM_BELOW,
  removeContribution,
  reportsUsage,
  USAGE_BELOW,
} from './totals/contribution.ts'
import { BIRTH, FIRST, LAST, SUMS } from './totals/fields.ts'
import { addEnd, type SessionEnd } from './totals/rare-fields.ts'
import type { Rows } from './totals/rows.ts'
import { NONE, type Sessions } from './totals/sessions.ts'
import { bucketOf } from './totals/sketch.ts'
import type { SharedLabels } from './totals/value-sets.ts'
import { readSpanUsage, summableUsage } from './usage/read-usage.ts'
import type { SpanUsage, WorkKind } from './usage/span-usage.ts'
import { isName } from './usage/values.ts'

const KIND_SUMS = {
  tool: SUMS.toolCalls,
  agent: SUMS.agentSteps,
  retrieval: SUMS.retrievals,
  embedding: SUMS.embeddings,
} as const satisfies Partial<Record<WorkKind, number>>

/** Counts spans into the rows of their sessions: reads a span, skips repetitions, and adds what it contributes. */
export class SpanCounter {
  readonly #rows: Rows
  readonly #sessions: Sessions
  readonly #counters: Counters
  readonly #priceOf: PriceOf | undefined
  readonly #onEnd: (row: number) => void
  readonly #labels: SharedLabels
  readonly #spans = new RecentSpans((contribution, flags) => {
    // The row may have another session by now.
    if (this.#rows.get(contribution.row, BIRTH) === contribution.birth)
      removeContribution(this.#rows, contribution, flags)
  })
  readonly #fingerprints = new Fingerprints()
  readonly #contribution = new Contribution()
  // Times of the current span, in milliseconds.
  #start = 0
  #end = 0
  #duration = 0

  /** @param onEnd called when a session ends for the first time */
  constructor(
    rows: Rows,
    sessions: Sessions,
    labels: SharedLabels,
    counters: Counters,
    priceOf: PriceOf | undefined,
    onEnd: (row: number) => void,
  ) {
    this.#rows = rows
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
    const hasSession = typeof id === 'string' && (this.#sessions.find(id) !== NONE || checkSessionId(id).ok)
    // Everything is read before anything is counted: reading may throw, and a span counts as a whole or not at all.
    const usage = hasSession ? summableUsage(readSpanUsage(span)) : undefined
    const kind = sessionSpanKind(span)
    const isLate = ownValue(span.attributes, ATTR_SESSION_LATE) === true
    const { startTime, endTime } = span
    this.#start = epochMillis(startTime)
    this.#end = epochMillis(endTime)
    this.#duration = durationMillis(startTime, endTime)
    const { traceId, spanId } = span.spanContext()
    const parent = span.parentSpanContext
    const parentId = parent?.spanId ?? span.parentSpanId
    const hasParent = typeof parentId === 'string' && parentId !== ''
    if (typeof traceId !== 'string' || typeof spanId !== 'string') throw new TypeError('a span without IDs')
    this.#fingerprints.set(traceId, spanId, hasParent ? parentId : undefined)
    const below = this.#spans.add(
      this.#fingerprints.trace.high,
      this.#fingerprints.span,
      hasParent ? this.#fingerprints.parent : undefined,
      hasSession,
    )
    if (below === undefined) {
      this.#counters.repeated++
    } else if (usage === undefined) {
      this.#counters.withoutSession++
    } else {
      const row = this.#sessions.obtain(id as string)
      if (usage.ignored > 0) this.#ignore(usage.ignored)
      this.#addTimes(row, isLate)
      this.#addLabels(row, usage)
      if (kind !== undefined) this.#applySessionSpan(row, id as string, kind, span)
      else this.#addWork(row, usage, below, hasParent, entersProcess(span, hasParent))
    }
  }

  #ignore(count: number): void {
    this.#counters.ignoredValues += count
    problems.report(
      'ignored',
      () => 'a span has an invalid count, cost, score, time or name, which is ignored in totals',
    )
  }

  #addTimes(row: number, isLate: boolean): void {
    const start = this.#start
    if (!Number.isFinite(start + this.#end)) {
      this.#ignore(1)
      return
    }
    const rows = this.#rows
    rows.widen(row, start, Math.max(start, this.#end))
    const end = rows.rare(row)?.end
    if (isLate || (end !== undefined && start > end.time)) rows.obtainRare(row).late++
  }

  #addLabels(row: number, { userId, tags, environment }: SpanUsage): void {
    if (userId !== undefined) {
      if (isName(userId)) addUser(this.#rows, row, userId)
      else this.#ignore(1)
    }
    if (tags === undefined && environment === undefined) return
    const validTags = tags?.every(isName) === false ? tags.filter(isName) : tags
    const validEnvironment = isName(environment) ? environment : undefined
    const ignored =
      (tags?.length ?? 0) - (validTags?.length ?? 0) + (validEnvironment === environment ? 0 : 1)
    if (ignored > 0) this.#ignore(ignored)
    addLabels(this.#rows, row, this.#labels, validTags, validEnvironment)
  }

  #addWork(row: number, usage: SpanUsage, below: number, hasParent: boolean, enters: boolean): void {
    const rows = this.#rows
    const birth = rows.get(row, BIRTH)
    rows.addTo(row, SUMS.spans, 1)
    if (!this.#fingerprints.countTrace(row, birth)) rows.addTo(row, SUMS.traces, 1)
    if (usage.error) rows.addTo(row, SUMS.errors, 1)
    const { kind } = usage
    const isLlm = kind === 'llm'
    if (!isLlm && kind !== 'other') rows.addTo(row, KIND_SUMS[kind], 1)
    const hasLatency = (enters || isLlm) && Number.isFinite(this.#duration)
    const bucket = hasLatency ? bucketOf(this.#duration) : -1
    if (enters && bucket >= 0) addLatency(rows, row, 'traces', bucket)
    const hasUsage = reportsUsage(usage)
    if (!isLlm && !hasUsage) return
    if (hasParent) {
      const { trace, parent } = this.#fingerprints
      const flags = (isLlm ? LLM_BELOW : 0) | (hasUsage ? USAGE_BELOW : 0)
      this.#spans.reportBelow(trace.high, parent.high, parent.low, flags)
    }
    const isCall = isLlm && (below & LLM_BELOW) === 0
    const isUsage = hasUsage && (below & USAGE_BELOW) === 0
    if (!isCall && !isUsage) return
    const contribution = this.#contribution
    contribution.row = row
    contribution.birth = birth
    contribution.bucket = bucket
    contribution.set(usage, isUsage ? nanoCostOf(usage, this.#priceOf) : undefined, isCall, isUsage)
    addContribution(rows, contribution)
    this.#spans.keepContribution(contribution)
  }

  #applySessionSpan(row: number, id: string, kind: SessionSpanKind, span: EndedSpan): void {
    const { ignored, ended, replaced } = applySessionSpan(kind, span, () => this.#rows.obtainRare(row))
    if (ignored > 0) this.#ignore(ignored)
    if (ended !== undefined) this.#endSession(row, { ...ended, implied: false })
    if (replaced !== undefined && replaced.id !== id) {
      const end = { state: 'indeterminate', reason: 'replaced', time: replaced.time, implied: true } as const
      this.#endSession(this.#sessions.obtain(replaced.id), end)
    }
  }

  #endSession(row: number, end: SessionEnd): void {
    const rare = this.#rows.obtainRare(row)
    addEnd(rare, end)
    // A session that has an end but no spans was mostly removed before, and then its end was reported.
    const hasSpans = this.#rows.wide(row, FIRST) <= this.#rows.wide(row, LAST)
    if (!rare.isEndReported && hasSpans) {
      rare.isEndReported = true
      this.#onEnd(row)
    }
  }
}
