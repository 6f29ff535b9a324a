import {
  ATTR_SESSION_ID,
  ATTR_SESSION_LATE,
  checkSessionId,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { LLM_BELOW, USAGE_BELOW } from './below.ts'
import type { PriceOf } from './cost/span-cost.ts'
import type { Counters } from './counters.ts'
import { Identities } from './deduplication/fingerprints.ts'
import { RecentSpans } from './deduplication/recent-spans.ts'
import type { EndedSpan } from './ended-span.ts'
import { holdingEnd, type SessionEnded } from './ends.ts'
import { isEntry } from './entry.ts'
import { addLabels, addUser } from './people.ts'
import { sayOnce } from './report.ts'
import { hear, isName, wordOf } from './session-spans.ts'
import { costOf } from './span-cost.ts'
import { durationMillis, epochMillis } from './times.ts'
import { addLatency } from './totals/columns.ts'
import { addWork, reportsUsage, takeBack, Work } from './totals/contribution.ts'
import { BIRTH, FIRST, LAST, SUMS } from './totals/fields.ts'
import type { Rows } from './totals/rows.ts'
import { NONE, type Sessions } from './totals/sessions.ts'
import { bucketOf } from './totals/sketch.ts'
import type { SharedLabels } from './totals/value-sets.ts'
import { readSpanUsage } from './usage/read-usage.ts'
import type { SpanUsage, WorkKind } from './usage/span-usage.ts'
import { wholeTokens } from './whole-tokens.ts'

const KIND_SUMS = {
  tool: SUMS.toolCalls,
  agent: SUMS.agentSteps,
  retrieval: SUMS.retrievals,
  embedding: SUMS.embeddings,
} as const satisfies Partial<Record<WorkKind, number>>

/** Counts spans into the rows of their sessions. */
export class SpanCounter {
  readonly #rows: Rows
  readonly #sessions: Sessions
  readonly #counters: Counters
  readonly #priceOf: PriceOf | undefined
  readonly #ended: (row: number) => void
  readonly #labels: SharedLabels
  readonly #spans = new RecentSpans((work, flags) => {
    // The row may be another session's by now.
    if (this.#rows.get(work.row, BIRTH) === work.birth) takeBack(this.#rows, work, flags)
  })
  readonly #ids = new Identities()
  readonly #work = new Work()
  // Times of the span that is being counted, in milliseconds.
  #start = 0
  #end = 0
  #millis = 0

  /** @param ended called when a session that had no end has one */
  constructor(
    rows: Rows,
    sessions: Sessions,
    labels: SharedLabels,
    counters: Counters,
    priceOf: PriceOf | undefined,
    ended: (row: number) => void,
  ) {
    this.#rows = rows
    this.#sessions = sessions
    this.#labels = labels
    this.#counters = counters
    this.#priceOf = priceOf
    this.#ended = ended
  }

  /** Counts a span. Never throws. */
  count(span: EndedSpan): void {
    this.#counters.spans++
    try {
      this.#count(span)
    } catch {
      this.#counters.unreadable++
      sayOnce('unreadable', () => 'a span could not be read, and is in no totals')
    }
  }

  #count(span: EndedSpan): void {
    const id = ownValue(span.attributes, ATTR_SESSION_ID)
    const isKnown = typeof id === 'string' && (this.#sessions.find(id) !== NONE || checkSessionId(id).ok)
    // Read before anything is counted: reading may throw, and a span counts whole or not at all.
    const usage = isKnown ? wholeTokens(readSpanUsage(span)) : undefined
    const word = wordOf(span)
    const isLate = ownValue(span.attributes, ATTR_SESSION_LATE) === true
    const { startTime, endTime } = span
    this.#start = epochMillis(startTime)
    this.#end = epochMillis(endTime)
    this.#millis = durationMillis(startTime, endTime)
    const { traceId, spanId } = span.spanContext()
    const parent = span.parentSpanContext
    const parentId = parent?.spanId ?? span.parentSpanId
    const hasParent = typeof parentId === 'string' && parentId !== ''
    if (typeof traceId !== 'string' || typeof spanId !== 'string') throw new TypeError('a span without IDs')
    this.#ids.take(traceId, spanId, hasParent ? parentId : undefined)
    const below = this.#spans.see(
      this.#ids.trace.high,
      this.#ids.span,
      hasParent ? this.#ids.parent : undefined,
      isKnown,
    )
    if (below === undefined) {
      this.#counters.repeated++
    } else if (usage === undefined) {
      this.#counters.withoutSession++
    } else {
      const row = this.#sessions.obtain(id as string)
      if (usage.ignored > 0) this.#ignore(usage.ignored)
      this.#noteTime(row, isLate)
      this.#notePeople(row, usage)
      if (word !== undefined) this.#hear(row, id as string, word, span)
      else this.#countWork(row, usage, below, hasParent, isEntry(span, hasParent))
    }
  }

  #ignore(count: number): void {
    this.#counters.ignoredValues += count
    sayOnce(
      'ignored',
      () => 'a count, cost, score, time or name on a span is none, and is left out of the totals',
    )
  }

  #noteTime(row: number, isLate: boolean): void {
    const start = this.#start
    if (!Number.isFinite(start + this.#end)) {
      this.#ignore(1)
      return
    }
    const rows = this.#rows
    rows.widen(row, start, Math.max(start, this.#end))
    const ended = rows.rare(row)?.end
    if (isLate || (ended !== undefined && start > ended.time)) rows.rareOf(row).late++
  }

  #notePeople(row: number, { userId, tags, environment }: SpanUsage): void {
    if (userId !== undefined) {
      if (isName(userId)) addUser(this.#rows, row, userId)
      else this.#ignore(1)
    }
    if (tags === undefined && environment === undefined) return
    const good = tags?.every(isName) === false ? tags.filter(isName) : tags
    const where = isName(environment) ? environment : undefined
    const wrong = (tags?.length ?? 0) - (good?.length ?? 0) + (where === environment ? 0 : 1)
    if (wrong > 0) this.#ignore(wrong)
    addLabels(this.#rows, row, this.#labels, good, where)
  }

  #countWork(row: number, usage: SpanUsage, below: number, hasParent: boolean, isLocalRoot: boolean): void {
    const rows = this.#rows
    const birth = rows.get(row, BIRTH)
    rows.add(row, SUMS.spans, 1)
    if (!this.#ids.visit(row, birth)) rows.add(row, SUMS.traces, 1)
    if (usage.error) rows.add(row, SUMS.errors, 1)
    const { kind } = usage
    const isLlm = kind === 'llm'
    if (!isLlm && kind !== 'other') rows.add(row, KIND_SUMS[kind], 1)
    const hasLatency = (isLocalRoot || isLlm) && Number.isFinite(this.#millis)
    const bucket = hasLatency ? bucketOf(this.#millis) : -1
    if (isLocalRoot && bucket >= 0) addLatency(rows, row, 'traces', bucket)
    const reports = reportsUsage(usage)
    if (!isLlm && !reports) return
    if (hasParent) {
      const { trace, parent } = this.#ids
      const what = (isLlm ? LLM_BELOW : 0) | (reports ? USAGE_BELOW : 0)
      this.#spans.tell(trace.high, parent.high, parent.low, what)
    }
    const isCall = isLlm && (below & LLM_BELOW) === 0
    const isUsage = reports && (below & USAGE_BELOW) === 0
    if (!isCall && !isUsage) return
    const work = this.#work
    work.row = row
    work.birth = birth
    work.bucket = bucket
    work.take(usage, isUsage ? costOf(usage, this.#priceOf) : undefined, isCall, isUsage)
    addWork(rows, work)
    this.#spans.note(work)
  }

  #hear(row: number, id: string, word: SessionSpanKind, span: EndedSpan): void {
    const { ignored, ended, replaced } = hear(word, span, () => this.#rows.rareOf(row))
    if (ignored > 0) this.#ignore(ignored)
    if (ended !== undefined) this.#noteEnd(row, { ...ended, implied: false })
    if (replaced !== undefined && replaced.id !== id) {
      const end = { state: 'indeterminate', reason: 'replaced', time: replaced.time, implied: true } as const
      this.#noteEnd(this.#sessions.obtain(replaced.id), end)
    }
  }

  #noteEnd(row: number, end: SessionEnded): void {
    const rare = this.#rows.rareOf(row)
    rare.end = holdingEnd(rare.end, end)
    // One of which nothing is known but that it is over has mostly gone before, and has been told of.
    const isKnown = this.#rows.wide(row, FIRST) <= this.#rows.wide(row, LAST)
    if (!rare.isTold && isKnown) {
      rare.isTold = true
      this.#ended(row)
    }
  }
}
