import type { Context } from '@opentelemetry/api'
import {
  isUntouched,
  readRecord,
  SESSION_RECORD,
  type SessionFlush,
  type SessionRecord,
  type SessionRecordSettings,
} from '@otel-sessions/semconv/internal'
import { type SessionSpanProcessorOptions, settingsOf } from './options.ts'
import { report } from './report/report.ts'
import {
  closeRecord,
  openRecord,
  resolveEndedSpan,
  resolveOpenSpan,
  resolveUnchanged,
} from './rules/end-rules.ts'
import { attachRecord } from './rules/record.ts'
import { type EndedSpan, type StampableSpan, stamp } from './rules/stamp.ts'
import { sharedRecord, startRecord } from './rules/start-rules.ts'
import { type Counters, newCounters, type SessionProcessorStats, statsOf } from './stats.ts'

/**
 * A SpanProcessor that stamps the session on every span, whichever instrumentation made it. Register it
 * before processors that write `session.id` themselves.
 *
 * It works when a span starts, and again when it ends, because frameworks often learn the ID late. It fits
 * every line of the SDK from 1.30 by its shape; where the SDK has no `onEnding` (before 2.3), what came late
 * is applied by `SessionSpanExporter` of `@otel-sessions/exporter`. None of its methods throws.
 *
 * @example new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), batchSpanProcessor] })
 */
export class SessionSpanProcessor {
  readonly #settings: SessionRecordSettings
  readonly #counters: Counters = newCounters()

  /** @throws TypeError or RangeError when an option is wrong; the message names it */
  constructor(options?: SessionSpanProcessorOptions) {
    this.#settings = settingsOf(options)
  }

  /** Called by the SDK when a span starts and is recording, with the context that it starts in. */
  onStart(span: StampableSpan, parentContext: Context): void {
    try {
      const spanContext = span.spanContext()
      if (readRecord(spanContext) !== undefined) {
        this.#counters.skipped++
        return
      }
      const { attributes } = span
      const record =
        sharedRecord(attributes, parentContext, this.#settings) ??
        startRecord(attributes, parentContext, this.#settings)
      // By name where it matters: a computed name costs some 10 ns.
      if (record.kind === 'explicit') this.#counters.explicit++
      else this.#counters[record.kind]++
      stamp(span, record)
      attachRecord(spanContext, record)
      openRecord(record)
    } catch {
      this.#fail()
    }
  }

  /** Called by the SDK, from 2.3, when a span is about to end and can still be written to. */
  onEnding(span: StampableSpan): void {
    this.#settings.runsLateRules = true
    try {
      const record = this.#ownRecord(span)
      if (record === undefined || (!record.own && isUntouched(span.attributes, record))) return
      if (resolveUnchanged(span.attributes, record)) return
      resolveOpenSpan(span, record, this.#counters)
    } catch {
      this.#fail()
    }
  }

  /** Called by the SDK when a span has ended. */
  onEnd(span: EndedSpan): void {
    try {
      const record = this.#ownRecord(span)
      if (record === undefined) return
      if (!this.#settings.runsLateRules) this.#resolveAndClose(span, record)
      else if (record.from !== 'scope') closeRecord(record)
    } catch {
      this.#fail()
    }
  }

  #resolveAndClose(span: EndedSpan, record: SessionRecord): void {
    try {
      resolveEndedSpan(span, record, this.#counters)
    } finally {
      // At any price: a record that stays open keeps those above it alive.
      closeRecord(record)
    }
  }

  /**
   * Nothing waits here. What a `SessionSpanExporter` with `fillFromTrace` holds back of this processor's spans is
   * shipped, and what one has in flight is waited for, because `BatchSpanProcessor` does not pass a flush on to its
   * exporter, and does not wait for a batch that is on its way.
   *
   * @returns resolves when the wrapped exporter has answered, or its time is over; never rejects
   */
  async forceFlush(): Promise<void> {
    const { flush } = this.#settings
    await Promise.all([releaseWaiting(flush), waitForInFlight(flush)])
  }

  /** What is held back is shipped, once the sessions that were started, and whose spans this processor stamps, have been ended. */
  shutdown(): Promise<void> {
    // In this very call: the processors behind this one are shut down next.
    for (const end of [...this.#settings.flush.atShutdown]) end()
    return releaseWaiting(this.#settings.flush)
  }

  /** The session of what nothing else names, for the processes that this one starts; see the option. */
  get defaultSession(): string | undefined {
    return this.#settings.defaultId
  }

  /** What was stamped and what went wrong so far; plain data. */
  stats(): SessionProcessorStats {
    return statsOf(this.#counters)
  }

  /** Settings are this processor's alone, so a record that has them is of this version, too. */
  #ownRecord(span: EndedSpan): SessionRecord | undefined {
    const record = (span.spanContext() as { [SESSION_RECORD]?: SessionRecord })[SESSION_RECORD]
    return record?.settings === this.#settings ? record : undefined
  }

  #fail(): void {
    this.#counters.failed++
    report('span:unreadable', () => 'a span is passed over: reading or stamping it throws')
  }
}

/** Waits for what the exporters have in flight: `BatchSpanProcessor` waits for what it has not yet sent alone. */
export async function waitForInFlight({ inFlight }: SessionFlush): Promise<void> {
  await Promise.allSettled(Array.from(inFlight, async (settled) => settled()))
}

/** Has the exporters ship what they hold back, also what is still on its way to them. Never rejects. */
export async function releaseWaiting(flush: SessionFlush): Promise<void> {
  flush.count++
  await Promise.allSettled(Array.from(flush.releases, async (release) => release()))
}
