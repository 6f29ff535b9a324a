import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  after,
  now,
  readRecord,
  type SessionFlush,
  type SessionRecord,
  type SessionTrace,
  type Timer,
  unlessPresent,
} from '@otel-sessions/semconv/internal'
import type { SessionBackend } from '../backends/backend.ts'
import { callBack, type ResultCallback } from '../delegate-calls.ts'
import { problems } from '../problems.ts'
import type { ExportableSpan } from '../span-types.ts'
import type { BackfillBuffer, BackfillHost } from '../validation/backfill-contract.ts'
import { increment, type NotBackfilledReason } from '../validation/stats.ts'
import { logFailure, Parts } from './requests.ts'
import { type Decision, isComplete, isUnassigned, TraceSessions } from './trace-session.ts'

/** How often waiting spans are checked while no batch comes, in milliseconds. */
const CHECK_MILLIS = 1000

// Above this number, waiting spans are not checked with every batch: batches may consist of one span. With 50,000
// waiting spans, a span that ends costs 75 µs, and 1.7 ms without this.
const MANY = 1000
const CHECK_MANY_MILLIS = 100

/** What `backfill()` was called with. */
export interface BackfillSettings {
  readonly maxWaitMillis: number
  readonly maxSpans: number
}

type Recorded<S> = Decision<S> & { readonly record: SessionRecord }

interface Waiting<S> {
  readonly decision: Recorded<S>
  /** By the clock of `now()`. */
  readonly until: number
  /** It waits no longer, and is still in the array. */
  isTaken: boolean
}

/**
 * Buffers spans without a session, in the order in which they came, until no span of their trace is open. For a batch, the
 * whole array is checked: that costs less than a request. For a single span, only its trace is.
 */
export class TraceBuffer<S extends ExportableSpan> implements BackfillBuffer<S> {
  readonly #settings: BackfillSettings
  readonly #host: BackfillHost<S>
  readonly #sessions: TraceSessions
  #waiting: Waiting<S>[] = []
  /** By trace, only what still waits: a trace may stay open as long as the process lives. */
  readonly #ofTrace = new Map<SessionTrace, Set<Waiting<S>>>()
  #size = 0
  readonly #parts = new Parts<S>()
  /** The context of the processor's last export while spans wait: it suppresses tracing. */
  #context: Context = ROOT_CONTEXT
  #checkedAt = 0
  #timer: Timer | undefined
  /** The flushes of processors that this buffer is registered with while spans wait, and how to undo it. */
  readonly #registrations = new Map<SessionFlush, () => void>()

  /** @param backends their keys name users too */
  constructor(settings: BackfillSettings, host: BackfillHost<S>, backends: readonly SessionBackend[]) {
    this.#settings = settings
    this.#host = host
    this.#sessions = new TraceSessions(host.rules, backends)
  }

  get size(): number {
    return this.#size
  }

  process(spans: readonly S[], callback: ResultCallback): void {
    const time = now()
    this.#parts.noteBatch(spans.length)
    // Decide about all of them first: the last span of a batch may name the session of the trace.
    const decisions = spans.map((span) => this.#decide(span))
    const ready: S[] = []
    decisions.forEach((decision, index) => {
      if (decision === undefined) ready.push(this.#host.unreadable(spans[index] as S))
      else if (!this.#hold(decision, time)) ready.push(this.#finish(decision))
      else this.#makeRoom((oldest) => ready.push(oldest))
    })
    const batch = ready.concat(this.#takeDue(time))
    this.#context = this.size > 0 ? context.active() : ROOT_CONTEXT
    this.#checkLater()
    if (batch.length > 0) this.#host.send(batch, callback, this.#parts.send)
    else callBack(callback, { code: 0 })
  }

  processOne(span: S, passOn: (span: S, hasWaited: boolean) => void): void {
    const decision = this.#decide(span)
    if (decision === undefined) {
      passOn(this.#host.unreadable(span), false)
      return
    }
    const waits = this.#hold(decision)
    if (waits) this.#makeRoom((oldest) => passOn(oldest, true))
    else if (this.size > 0) for (const each of this.#takeAfter(decision)) passOn(each, true)
    // After those that ended before it: a parent comes after its children.
    if (!waits) passOn(this.#finish(decision), false)
    this.#checkLater()
  }

  release(): void {
    const spans = this.#take(() => true, 'flush')
    this.#timer?.cancel()
    this.#timer = undefined
    this.#passOn(spans)
  }

  #decide(span: S): Decision<S> | undefined {
    try {
      const record = readRecord(span.spanContext())
      const changes = this.#host.decide(span, record)
      const { rules } = this.#host
      const decision = { span, record, changes, isUnassigned: isUnassigned(span, record, changes, rules) }
      this.#sessions.note(decision)
      return decision
    } catch {
      return undefined
    }
  }

  /** Lets a span wait, if it must. @returns whether it does */
  #hold(decision: Decision<S>, time?: number): boolean {
    try {
      if (!decision.isUnassigned || !canWait(decision)) return false
      this.#register(decision.record.settings.flush)
    } catch {
      // The record has an unknown shape.
      return false
    }
    const until = (time ?? now()) + this.#settings.maxWaitMillis
    const waiting = { decision, until, isTaken: false }
    this.#waiting.push(waiting)
    this.#size++
    const { trace } = decision.record
    const ofTrace = trace && this.#ofTrace.get(trace)
    if (ofTrace !== undefined) ofTrace.add(waiting)
    else if (trace !== undefined) this.#ofTrace.set(trace, new Set([waiting]))
    return true
  }

  /** Passes on the span that has waited longest, if too many wait. */
  #makeRoom(passOn: (span: S) => void): void {
    if (this.size <= this.#settings.maxSpans) return
    let oldest = this.#waiting.shift()
    while (oldest?.isTaken) oldest = this.#waiting.shift()
    if (oldest !== undefined) passOn(this.#finishWaiting(oldest, 'number'))
  }

  /**
   * The span to export, in the session of its trace if it may inherit that.
   *
   * @param reason why the span does not wait any longer, if its trace may be incomplete
   */
  #finish(decision: Decision<S>, reason?: NotBackfilledReason): S {
    const { counters } = this.#host
    const { span, record, isUnassigned } = decision
    try {
      const changes = this.#sessions.named.withoutDoubtful(decision)
      const sessionId = isUnassigned ? this.#sessions.sessionFor({ ...decision, changes }) : undefined
      if (sessionId !== undefined) {
        counters.backfilled++
        return this.#host.finish(span, record, {
          ...changes,
          sessionId,
          // What the span has of its own takes precedence.
          fields: {
            ...unlessPresent(this.#sessions.named.fieldsFor(record?.trace), span.attributes),
            ...changes?.fields,
          },
        })
      }
      if (reason !== undefined && record !== undefined && !isComplete(record)) {
        increment(counters.notBackfilled, reason)
        logIncomplete(reason, record)
      }
      return this.#host.finish(span, record, changes)
    } catch {
      return this.#host.unreadable(span)
    }
  }

  /** Takes the spans whose trace is complete, and those that waited too long. */
  #takeDue(time: number): S[] {
    if (this.size > MANY && time - this.#checkedAt < CHECK_MANY_MILLIS) return []
    this.#checkedAt = time
    return this.#take(({ decision, until }) => until <= time || isComplete(decision.record), 'time')
  }

  /** The same after a single span: its trace is complete with the last one. The others are checked now and then. */
  #takeAfter({ record }: Decision<S>): S[] {
    const trace = record?.trace
    const ofTrace = trace && isComplete(record as SessionRecord) ? this.#ofTrace.get(trace) : undefined
    if (ofTrace !== undefined && ofTrace.size > 0) {
      const taken = [...ofTrace].map((each) => this.#finishWaiting(each, 'time'))
      if (this.size === 0) this.#clear()
      return taken
    }
    const time = now()
    return time - this.#checkedAt < CHECK_MANY_MILLIS ? [] : this.#takeDue(time)
  }

  #take(isTaken: (waiting: Waiting<S>) => boolean, reason: NotBackfilledReason): S[] {
    const taken: Waiting<S>[] = []
    this.#waiting = this.#waiting.filter((waiting) => {
      if (waiting.isTaken) return false
      if (!isTaken(waiting)) return true
      taken.push(waiting)
      return false
    })
    const spans = taken.map((waiting) => this.#finishWaiting(waiting, reason))
    if (this.size === 0) this.#clear()
    return spans
  }

  #finishWaiting(waiting: Waiting<S>, reason: NotBackfilledReason): S {
    const { trace } = waiting.decision.record
    const ofTrace = trace && this.#ofTrace.get(trace)
    ofTrace?.delete(waiting)
    if (ofTrace?.size === 0) this.#ofTrace.delete(trace as SessionTrace)
    waiting.isTaken = true
    this.#size--
    return this.#finish(waiting.decision, reason)
  }

  #clear(): void {
    this.#waiting = []
    this.#unregister()
  }

  #checkLater(): void {
    if (this.#timer !== undefined || this.size === 0) return
    this.#timer = after(Math.min(CHECK_MILLIS, this.#settings.maxWaitMillis), () => {
      this.#timer = undefined
      this.#passOn(this.#takeDue(now()))
      this.#checkLater()
    })
  }

  /** Sends spans that have waited. @returns what waits until they are exported */
  #passOn(spans: S[]): ReturnType<BackfillHost<S>['send']> {
    const from = this.#context
    if (this.size === 0) this.#context = ROOT_CONTEXT
    if (spans.length === 0) return undefined
    return context.with(from, () => this.#host.send(spans, logFailure, this.#parts.send))
  }

  /** A flush of the processor passes on the spans that wait of this processor. */
  #register(flush: SessionFlush): void {
    if (this.#registrations.has(flush)) return
    const release = async () => {
      const waiting = this.#take(({ decision }) => decision.record.settings.flush === flush, 'flush')
      await this.#passOn(waiting)?.().catch(() => {})
    }
    flush.releases.add(release)
    this.#registrations.set(flush, () => flush.releases.delete(release))
  }

  #unregister(): void {
    for (const undo of this.#registrations.values()) undo()
    this.#registrations.clear()
  }
}

/** Whether a span can wait: its record knows a local trace that is not complete. */
function canWait<S>(decision: Decision<S>): decision is Recorded<S> {
  const { record } = decision
  if (record === undefined || isComplete(record)) return false
  const { count } = record.settings.flush
  // A span that ended before the last flush must not wait. An exporting processor may be called before ours.
  return (record.endedAfter ?? count) === count
}

/** A flush is no fault, and a trace that has shown no session in time mostly has none. */
function logIncomplete(reason: NotBackfilledReason, { trace }: SessionRecord): void {
  if (reason === 'flush' || (reason === 'time' && trace?.sessionId === undefined)) return
  const limit = reason === 'time' ? 'maxWaitMillis' : 'maxSpans'
  problems.report(`backfill:${reason}`, () => {
    return `spans are exported without a session before their trace is complete: they wait until ${limit} is exceeded; counted in stats().notBackfilled`
  })
}
