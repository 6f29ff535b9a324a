import { callSafely } from './callbacks.ts'
import { type AnalyticsCounters, type Counters, newCounters } from './counters.ts'
import { EndWatch, type SessionEndListener } from './end-watch.ts'
import type { EndedSpan, SpanExporterLike } from './ended-span.ts'
import { countingExporter } from './exporter.ts'
import { IdleClock } from './idle-clock.ts'
import { Later } from './later.ts'
import { sessionMetrics } from './metrics.ts'
import { type AnalyticsSettings, type SessionAnalyticsOptions, settingsOf } from './options.ts'
import { ordered, type SessionQuery } from './order.ts'
import { sayOnce } from './report.ts'
import type { AnalyticsSnapshot } from './snapshot-types.ts'
import { checkedSnapshot } from './snapshots/check-snapshot.ts'
import { mergeInto } from './snapshots/merge.ts'
import { snapshotOf } from './snapshots/snapshot.ts'
import { SpanCounter } from './span-counter.ts'
import { totalsOf } from './totals/read-totals.ts'
import { Rows } from './totals/rows.ts'
import type { SessionTotals } from './totals/session-totals.ts'
import { NONE, Sessions } from './totals/sessions.ts'
import { SharedLabels } from './totals/value-sets.ts'

/**
 * Keeps the totals of sessions, in bounded memory. It takes spans in two ways: as a span processor, or, with
 * `exporter()`, behind the gate, where it counts what is shipped, with what the gate has filled in. A span that comes
 * both ways, or again, counts once while its trace is remembered.
 *
 * Usage counts where it is reported deepest: that of a span counts unless a span below it in the same trace reports
 * usage, because frameworks say the same on a span and on its parent. Likewise an LLM call counts unless an LLM call
 * lies below it. It does not matter which of them comes first: what was counted is taken back. At least the last
 * 16,384 spans are remembered for that, those without a session included: they count for nobody, but a call may lie below
 * them. What is above or below a span that has been forgotten, or that another process has, counts beside it; and a
 * trace that goes on after 8,192 others may count twice.
 *
 * No method that is called with spans throws.
 *
 * @example new SessionSpanExporter(analytics.exporter(new OTLPTraceExporter()))
 */
export class SessionAnalytics {
  readonly #settings: AnalyticsSettings
  readonly #rows = new Rows()
  readonly #labels = new SharedLabels()
  readonly #counters: Counters = newCounters()
  readonly #sessions: Sessions
  readonly #counter: SpanCounter
  readonly #idle: IdleClock
  readonly #later = new Later()
  readonly #ends = new EndWatch((row) => totalsOf(this.#rows, row), this.#counters, this.#later)
  readonly #record: ((totals: SessionTotals) => void) | undefined

  /** @throws TypeError or RangeError when an option is wrong; the message names it */
  constructor(options?: SessionAnalyticsOptions) {
    this.#settings = settingsOf(options)
    const { maxSessions, idleMillis, priceOf, meterProvider } = this.#settings
    this.#sessions = new Sessions(this.#rows, maxSessions, (row, isIdle) => this.#leaves(row, isIdle))
    this.#counter = new SpanCounter(
      this.#rows,
      this.#sessions,
      this.#labels,
      this.#counters,
      priceOf,
      (row) => this.#ends.ended(row),
    )
    this.#idle = new IdleClock(this.#sessions, idleMillis)
    this.#record = meterProvider && sessionMetrics(meterProvider)
    if (this.#record !== undefined) this.#ends.listen(this.#record)
  }

  /** Part of a span processor; does nothing. */
  onStart(_span: unknown, _parentContext: unknown): void {}

  /** Counts a span that has ended. */
  onEnd(span: EndedSpan): void {
    this.#counter.count(span)
    this.#idle.start()
  }

  /** Resolves when listeners have been told of all ends so far, and `onEvict` of all sessions that have gone. */
  async forceFlush(): Promise<void> {
    await this.#later.settled()
  }

  /** No session goes for being idle from now on. The totals can still be read. Resolves as `forceFlush()` does. */
  async shutdown(): Promise<void> {
    this.#idle.close()
    await this.#later.settled()
  }

  /**
   * An exporter that hands on every batch as it is, in the same call, and counts its spans, whatever becomes of them.
   * They are read when `export` of the delegate has returned: what that changes on them in the call, such as attributes
   * that it takes off, is counted as it has become.
   *
   * @param delegate the exporter that ships the spans
   * @throws TypeError when it is none
   */
  exporter<S extends EndedSpan>(delegate: SpanExporterLike<S>): SpanExporterLike<S> {
    return countingExporter(
      delegate,
      (span) => this.onEnd(span),
      () => this.#later.settled(),
    )
  }

  /** The totals of a session as they are now; undefined where it is not known, or has gone. */
  stats(id: string): SessionTotals | undefined {
    const row = this.#sessions.find(id)
    return row === NONE ? undefined : totalsOf(this.#rows, row)
  }

  /**
   * The totals of all sessions, sorted.
   *
   * @throws TypeError or RangeError when `sort` or `limit` is wrong
   */
  sessions(query: SessionQuery = {}): SessionTotals[] {
    return ordered(
      [...this.#sessions.rows()].map((row) => totalsOf(this.#rows, row)),
      query,
    )
  }

  /** What it knows of its own health; plain data. */
  counters(): AnalyticsCounters {
    return { sessions: this.#sessions.size, ...this.#counters }
  }

  /** All totals, as plain data for `merge` in another process. */
  snapshot(): AnalyticsSnapshot {
    return { version: 1, sessions: [...this.#sessions.rows()].map((row) => snapshotOf(this.#rows, row)) }
  }

  /** The same as `snapshot()`: what `JSON.stringify` asks for. */
  toJSON(): AnalyticsSnapshot {
    return this.snapshot()
  }

  /**
   * Adds the totals of another instance, or of a snapshot. In which order, and in which groups, does not matter: the
   * result is what one instance would have that had seen all spans, as long as no trace and no span is in two of them
   * (a trace that is spread over processes counts once in each), and but for `late`. Listeners are not told of ends
   * that come this way: they have been, where the end was seen.
   *
   * @throws TypeError when it is no such thing; then nothing has been added
   */
  merge(other: SessionAnalytics | AnalyticsSnapshot): void {
    if (other === this) throw new TypeError('SessionAnalytics: it cannot be merged into itself')
    if (typeof other === 'string') {
      throw new TypeError('SessionAnalytics: merge() needs a snapshot as an object: parse the JSON first')
    }
    const given =
      typeof (other as SessionAnalytics)?.snapshot === 'function'
        ? (other as SessionAnalytics).snapshot()
        : other
    const sessions = checkedSnapshot(given)
    for (const session of sessions) {
      mergeInto(this.#rows, this.#sessions.obtain(session.id), session, this.#labels)
    }
    if (sessions.length > 0) this.#idle.start()
  }

  /**
   * Calls a function with the totals of each session that ends, once, after the span or the batch that brought the
   * end: in a microtask, in OpenTelemetry's root context. What it throws or rejects with is counted and said.
   *
   * @returns call it to stop
   * @throws TypeError when it is no function
   */
  onSessionEnd(listener: SessionEndListener): () => void {
    if (typeof listener !== 'function')
      throw new TypeError('SessionAnalytics: onSessionEnd() needs a function')
    return this.#ends.listen(listener)
  }

  #leaves(row: number, isIdle: boolean): void {
    if (isIdle) this.#counters.idle++
    else this.#evicted()
    this.#ends.leaves(row)
    const { onEvict } = this.#settings
    const record = this.#rows.rare(row)?.isTold === true ? undefined : this.#record
    if (onEvict === undefined && record === undefined) return
    const totals = totalsOf(this.#rows, row)
    // The one before a session, of which nothing else is known.
    if (totals.firstTime === undefined) return
    this.#later.add(() => {
      if (record !== undefined) callSafely('a metric', record, totals, this.#counters)
      if (onEvict !== undefined) callSafely('onEvict', onEvict, totals, this.#counters)
    })
  }

  #evicted(): void {
    this.#counters.evicted++
    if (this.#settings.onEvict !== undefined) return
    const { maxSessions } = this.#settings
    sayOnce(
      'evicted',
      () => `there are more than maxSessions ${maxSessions}: totals go, and there is no onEvict`,
    )
  }
}
