import { logUnheard } from '@otel-sessions/semconv/internal'
import { CallbackQueue, callSafely, EndListeners, type SessionEndListener } from './callbacks.ts'
import { type AnalyticsCounters, type Counters, newCounters, problems } from './counters.ts'
import type { EndedSpan } from './ended-span.ts'
import { CountingExporter, type SpanExporterLike } from './exporter.ts'
import { sessionMetrics } from './metrics.ts'
import { type AnalyticsSettings, type SessionAnalyticsOptions, settingsOf } from './options.ts'
import { checkedSnapshot } from './snapshots/check-snapshot.ts'
import { mergeInto } from './snapshots/merge.ts'
import { type AnalyticsSnapshot, snapshotOf } from './snapshots/snapshot.ts'
import { SpanCounter } from './span-counter.ts'
import { totalsOf } from './totals/read-totals.ts'
import { type SessionQuery, selected } from './totals/select.ts'
import type { Session } from './totals/session.ts'
import type { SessionTotals } from './totals/session-totals.ts'
import { IdleClock, Sessions } from './totals/sessions.ts'
import { SharedLabels } from './totals/value-sets.ts'

/**
 * Keeps the totals of sessions in bounded memory. Use it as a span processor, or wrap an exporter with `exporter()`: it
 * then counts spans as they are exported, with the sessions that `SessionSpanExporter` adds. A span that arrives in both
 * ways, or twice, counts once while its trace is remembered.
 *
 * Usage counts on the deepest spans that report it: many frameworks report the same usage on a span and on its parent, so
 * the usage of a span is ignored if a span below it in the trace reports usage. Likewise an LLM call is ignored if another
 * one is below it, and a call that two instrumentations report on spans side by side counts once: if the spans have the
 * same response ID, or the same model and tokens where one has none. The order of arrival does not matter: what was
 * counted is subtracted again. At least the last 16,384 spans are remembered for this, including those without a session,
 * which count for no session themselves, and the last 32 calls of a trace under two instrumentations. Spans above or below
 * a span that is no longer remembered, or that is in another process, count separately. Spans with IDs of more than 64
 * characters do not count. If the parents of spans are a circle, the link that comes last is ignored.
 *
 * Methods that get spans never throw.
 *
 * @example new SessionSpanExporter(analytics.exporter(new OTLPTraceExporter()))
 */
export class SessionAnalytics {
  readonly #settings: AnalyticsSettings
  readonly #labels = new SharedLabels()
  readonly #counters: Counters = newCounters()
  readonly #sessions: Sessions
  readonly #counter: SpanCounter
  readonly #idle: IdleClock
  readonly #callbacks = new CallbackQueue()
  readonly #ends = new EndListeners(totalsOf, this.#counters, this.#callbacks)
  readonly #record: ((totals: SessionTotals) => void) | undefined

  /**
   * Creates totals that are empty.
   *
   * @throws TypeError or RangeError that names the invalid option
   */
  constructor(options?: SessionAnalyticsOptions) {
    this.#settings = settingsOf(options)
    const { maxSessions, idleMillis, priceOf, meterProvider } = this.#settings
    this.#sessions = new Sessions(maxSessions, (session, isIdle) => this.#onRemove(session, isIdle))
    this.#counter = new SpanCounter(this.#sessions, this.#labels, this.#counters, priceOf, (session) =>
      this.#ends.onEnd(session),
    )
    this.#idle = new IdleClock(this.#sessions, idleMillis)
    this.#record = meterProvider && sessionMetrics(meterProvider)
    if (this.#record !== undefined) this.#ends.add(this.#record)
  }

  /** Part of the span processor interface; does nothing. */
  onStart(_span: unknown, _parentContext: unknown): void {}

  /** Counts a span that has ended. */
  onEnd(span: EndedSpan): void {
    logUnheard()
    this.#counter.count(span)
    this.#idle.start()
  }

  /** Resolves when listeners were called for all ends so far, and `onEvict` for all sessions removed so far. */
  async forceFlush(): Promise<void> {
    logUnheard()
    await this.#callbacks.settled()
  }

  /** Stops removing idle sessions. Totals can still be read. Resolves like `forceFlush()`. */
  async shutdown(): Promise<void> {
    this.#idle.close()
    await this.#callbacks.settled()
  }

  /**
   * Wraps an exporter: the result passes each batch on unchanged, in the same call, and counts its spans, whether the
   * export succeeds or not. Spans are read when the delegate's `export` has returned. If the delegate changes them in the
   * call, such as by removing attributes, they are counted with the change.
   *
   * @param delegate the exporter to wrap
   * @throws TypeError if the delegate is not an exporter
   */
  exporter<S extends EndedSpan>(delegate: SpanExporterLike<S>): SpanExporterLike<S> {
    return new CountingExporter(delegate, this, this.#callbacks)
  }

  /** Returns the current totals of a session; undefined if the session is unknown or was removed. */
  stats(id: string): SessionTotals | undefined {
    const session = this.#sessions.find(id)
    return session && totalsOf(session)
  }

  /**
   * Returns the totals of all sessions, sorted.
   *
   * @throws TypeError or RangeError if `sort` or `limit` is invalid
   */
  sessions(query: SessionQuery = {}): SessionTotals[] {
    return selected(this.#sessions.all(), query).map(totalsOf)
  }

  /** Returns counters of the instance's own health, as plain data. */
  counters(): AnalyticsCounters {
    logUnheard()
    return { sessions: this.#sessions.size, ...this.#counters }
  }

  /** Returns all totals as plain data, for `merge` in another process. */
  snapshot(): AnalyticsSnapshot {
    return { version: 2, sessions: [...this.#sessions.all()].map(snapshotOf) }
  }

  /** Returns `snapshot()`, for `JSON.stringify`. */
  toJSON(): AnalyticsSnapshot {
    return this.snapshot()
  }

  /**
   * Adds the totals of another instance or of a snapshot. The order and the grouping of merges do not matter: the result
   * equals that of one instance that counted all spans, except for `late`, and if no trace and no span is in two of them (a
   * trace across processes counts once in each), and no session was removed: set `maxSessions` to the sessions of all.
   * A snapshot must come from the same release: one with another version is rejected. Listeners are not called for merged
   * ends, because the instance that counted the end has called its own.
   *
   * @throws TypeError if the value is neither; then nothing is added
   */
  merge(other: SessionAnalytics | AnalyticsSnapshot): void {
    if (other === this) throw new TypeError('SessionAnalytics: an instance cannot be merged into itself')
    if (typeof other === 'string') {
      throw new TypeError('SessionAnalytics: merge() needs a snapshot as an object: parse the JSON first')
    }
    const given =
      typeof (other as SessionAnalytics)?.snapshot === 'function'
        ? (other as SessionAnalytics).snapshot()
        : other
    const sessions = checkedSnapshot(given)
    for (const session of sessions) {
      mergeInto(this.#sessions.obtain(session.id), session, this.#labels, this.#counters)
    }
    if (sessions.length > 0) this.#idle.start()
  }

  /**
   * Calls a function once with the totals of each session that ends. The call runs after the span or the batch that ends
   * the session, in a microtask and in OpenTelemetry's root context. If it throws or rejects, that is counted and logged
   * once.
   *
   * @returns a function that removes the listener
   * @throws TypeError if the listener is not a function
   */
  onSessionEnd(listener: SessionEndListener): () => void {
    if (typeof listener !== 'function')
      throw new TypeError('SessionAnalytics: onSessionEnd() needs a function')
    return this.#ends.add(listener)
  }

  #onRemove(session: Session, isIdle: boolean): void {
    if (isIdle) this.#counters.idle++
    else this.#countEviction()
    this.#ends.onRemove(session)
    const { onEvict } = this.#settings
    const record = session.lifecycle?.isEndReported === true ? undefined : this.#record
    if (onEvict === undefined && record === undefined) return
    const totals = totalsOf(session)
    // A session without spans, which only a following session has named.
    if (totals.firstTime === undefined) return
    this.#callbacks.add(() => {
      if (record !== undefined) callSafely('a metric', record, totals, this.#counters)
      if (onEvict !== undefined) callSafely('onEvict', onEvict, totals, this.#counters)
    })
  }

  #countEviction(): void {
    this.#counters.evicted++
    if (this.#settings.onEvict !== undefined) return
    const { maxSessions } = this.#settings
    problems.report(
      'evicted',
      () =>
        `there are more than maxSessions ${maxSessions} sessions; set onEvict to keep the totals of removed ones`,
    )
  }
}
