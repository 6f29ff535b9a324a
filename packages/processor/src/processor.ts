import type { Context } from '@opentelemetry/api'
import {
  addRecord,
  isUntouched,
  logUnheard,
  ownRecord,
  processState,
  type SessionFlush,
  type SessionRecord,
  type SessionRecordSettings,
} from '@otel-sessions/semconv/internal'
import { checkScopeAtEnd, checkScopeAtStart } from '#check-scope'
import { bindInstalledQueues } from '#langchain'
import { sessions } from './binding/binding.ts'
import { langChain } from './langchain/hooks.ts'
import { type SessionSpanProcessorOptions, settingsOf } from './options.ts'
import { report } from './report/report.ts'
import { resolveEndedSpan, resolveOpenSpan, resolveUnchanged } from './rules/end-rules.ts'
import { closeRecord, openRecord } from './rules/make-record.ts'
import { sessionIdIn } from './rules/session-in.ts'
import { type EndedSpan, type StampableSpan, stamp } from './rules/stamp.ts'
import { startRecord } from './rules/start-rules.ts'
import { type Counters, newCounters, type SessionProcessorStats, statsOf } from './stats.ts'

/**
 * A SpanProcessor that stamps the session on every span, whichever instrumentation made it. Register it before
 * processors that write `session.id` themselves.
 *
 * It works when a span starts, and again when it ends, because frameworks often write the ID late. It fits every SDK
 * from 1.30 by its shape. Where the SDK has no `onEnding` (before 2.3), `SessionSpanExporter` of
 * `@otel-sessions/exporter` writes what came late. None of its methods throws.
 *
 * @example new BasicTracerProvider({ spanProcessors: [new SessionSpanProcessor(), batchSpanProcessor] })
 */
export class SessionSpanProcessor {
  readonly #settings: SessionRecordSettings
  readonly #counters: Counters = newCounters()

  /**
   * Creates a processor.
   *
   * @throws TypeError or RangeError when an option is wrong; the message names it
   */
  constructor(options?: SessionSpanProcessorOptions) {
    this.#settings = settingsOf(options)
    sessions.idIn = sessionIdIn
    bindInstalledQueues()
    const setup = processState()
    setup.processors.add(this)
    setup.hasProcessor = true
  }

  /** Called by the SDK when a span starts and is recording, with the context that it starts in. */
  onStart(span: StampableSpan, parentContext: Context): void {
    logUnheard()
    try {
      const spanContext = span.spanContext()
      const record = startRecord(span.attributes, parentContext, this.#settings)
      if (!addRecord(spanContext, record)) {
        this.#counters.skipped++
        return
      }
      this.#counters.started[record.kind === 'none' ? 'withoutSession' : record.kind]++
      stamp(span, record)
      openRecord(record)
      if (!langChain.onStart?.(span, record, parentContext)) checkScopeAtStart(span, parentContext, record)
    } catch {
      this.#fail()
    }
  }

  /** Called by the SDK, from version 2.3, when a span is about to end and can still be written to. */
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
      else closeRecord(record)
      checkScopeAtEnd(record)
    } catch {
      this.#fail()
    }
  }

  #resolveAndClose(span: EndedSpan, record: SessionRecord): void {
    try {
      resolveEndedSpan(span, record, this.#counters)
    } finally {
      // Always close: an open record retains its ancestors.
      closeRecord(record)
    }
  }

  /**
   * Exports the spans of this processor that a `SessionSpanExporter` buffers, and waits for exports in flight. Needed
   * because `BatchSpanProcessor` neither flushes its exporter nor waits for a batch in flight.
   *
   * @returns resolves when the exporters have answered, or their time is over; never rejects
   */
  async forceFlush(): Promise<void> {
    logUnheard()
    const { flush } = this.#settings
    const inFlight = Promise.allSettled(Array.from(flush.inFlight, async (settled) => settled()))
    await Promise.all([releaseBuffered(flush), inFlight])
  }

  /** Ends the open sessions whose spans this processor stamps, then exports the spans that exporters buffer. */
  shutdown(): Promise<void> {
    logUnheard()
    // Synchronously: the provider shuts the processors behind this one down next.
    for (const end of [...this.#settings.flush.atShutdown]) end()
    return releaseBuffered(this.#settings.flush)
  }

  /** The default session, for passing on to child processes; see the option of the same name. */
  get defaultSession(): string | undefined {
    return this.#settings.defaultId
  }

  /** What was stamped and what went wrong so far, as plain data. */
  stats(): SessionProcessorStats {
    return statsOf(this.#counters)
  }

  /** The record that this processor left on a span. No other processor has its settings object. */
  #ownRecord(span: EndedSpan): SessionRecord | undefined {
    const record = ownRecord(span.spanContext())
    return record?.settings === this.#settings ? record : undefined
  }

  #fail(): void {
    this.#counters.failed++
    report('span:unreadable', () => 'a span gets no session: reading or stamping it throws')
  }
}

async function releaseBuffered(flush: SessionFlush): Promise<void> {
  flush.count++
  await Promise.allSettled(Array.from(flush.releases, async (release) => release()))
}
