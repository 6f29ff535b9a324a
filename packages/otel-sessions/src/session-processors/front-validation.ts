import type { ExportableSpan } from '@otel-sessions/exporter'
import {
  type BackfillBuffer,
  type BackfillHost,
  CREATE_BUFFER,
  type CreateBuffer,
  SpanValidation,
  type ValidationOptions,
} from '@otel-sessions/exporter/internal'
import { checkOption, kindOf, logUnheard, readRecord } from '@otel-sessions/semconv/internal'
import { callBeforeExit } from './before-exit.ts'
import { Bursts, type Room } from './bursts.ts'
import { WHERE } from './options.ts'
import { copyOfSpan } from './span-copy.ts'

type Host = BackfillHost<ExportableSpan>

/** A processor behind the validation. Its methods do not throw. */
export interface Receiver {
  /** Gets a span that has ended, or its copy. */
  pass(span: ExportableSpan): void
  /** Flushes the processor. May reject. */
  flush(): Promise<void>
  /** How many spans it can take; undefined if that is unknown. */
  room(): Room | undefined
}

/** A span that has ended, for the processors that get it. */
interface Ended {
  /** Those that have been called with it, in their order. */
  readonly receivers: Receiver[]
  /** The span or its copy; undefined while it waits for its trace. */
  validated: ExportableSpan | undefined
  /** It waits for its trace, or for a flush; then it goes to all of them. */
  isHeld: boolean
}

/**
 * Validates spans one by one, in front of processors. Where validation changes something, they get a copy of the span,
 * whose properties they can write, as some do. All of them get the same copy, one after the other: without validation they
 * would have the span in common, and one may remove what the next one must not send.
 */
export class FrontValidation extends SpanValidation<ExportableSpan> {
  readonly #backfill: BackfillBuffer<ExportableSpan> | undefined
  readonly #bursts: Bursts<ExportableSpan>
  readonly #receivers: Receiver[] = []
  /** By span and by copy. Not used for a single receiver. */
  readonly #ended = new WeakMap<ExportableSpan, Ended>()
  /** The span that ends now has released others. */
  #hasReleased = false

  /** @throws TypeError or RangeError when an option is wrong; the message names it */
  constructor({ backfill, ...options }: ValidationOptions) {
    super(options, { name: WHERE, send: () => undefined })
    const createBuffer: unknown = backfill?.[CREATE_BUFFER]
    const isRight = backfill === undefined || typeof createBuffer === 'function'
    const described = `${kindOf(backfill)}: import { backfill } from 'otel-sessions'`
    checkOption(isRight, WHERE, 'backfill', 'false or made by backfill()', backfill, described)
    this.#backfill = (createBuffer as CreateBuffer | undefined)?.(this, options.backends)
    const receivers = this.#receivers
    this.#bursts = new Bursts({
      passOn: (span) => this.#handOut(span),
      flush: () => Promise.all(receivers.map((each) => each.flush())),
      rooms: () => receivers.map((each) => each.room()),
    })
    if (this.#backfill !== undefined) callBeforeExit(this)
  }

  /** Adds a processor, before the first span. */
  add(receiver: Receiver): void {
    this.#receivers.push(receiver)
  }

  /** Takes a span that has ended, for one of the processors. Never throws. */
  end(span: ExportableSpan, receiver: Receiver): void {
    const ended = this.#receivers.length > 1 ? this.#ended.get(span) : undefined
    if (ended === undefined) this.#endFirst(span, receiver)
    else if (ended.isHeld) ended.receivers.push(receiver)
    else receiver.pass(ended.validated ?? span)
  }

  override get waiting(): number {
    return this.#backfill?.size ?? 0
  }

  /** Passes on the spans that wait. The processors are to be flushed next. */
  override release(): void {
    this.#backfill?.release()
    this.#bursts.fill()
  }

  /** The process is about to end: passes on the spans that wait, which nothing would do any more. */
  beforeExit(): void {
    if (this.#bursts.hasMore) this.#bursts.passAll()
    this.release()
  }

  /** Whether released spans are still to be passed on. */
  get hasMore(): boolean {
    return this.#bursts.hasMore
  }

  /** Resolves when the processors have all that was released, and have sent a part of it; undefined if so. */
  get drained(): Promise<void> | undefined {
    return this.#bursts.drained
  }

  /** Called by the buffer, with spans that wait no longer. */
  override send(...[spans, callback]: Parameters<Host['send']>): ReturnType<Host['send']> {
    this.counters.spans += spans.length
    this.#bursts.add(spans)
    callback({ code: 0 })
    return async () => this.drained
  }

  override finish(...[span, record, changes]: Parameters<Host['finish']>): ExportableSpan {
    return this.#note(span, super.finish(span, record, changes))
  }

  override unreadable(span: ExportableSpan): ExportableSpan {
    return this.#note(span, super.unreadable(span))
  }

  #endFirst(span: ExportableSpan, receiver: Receiver): void {
    if (this.#receivers.length > 1) {
      this.#ended.set(span, { receivers: [receiver], validated: undefined, isHeld: true })
    }
    this.#hasReleased = false
    if (this.#backfill !== undefined) this.#backfill.processOne(span, this.#passOn)
    else this.#passOn(this.#validate(span), false)
  }

  /** @param view what validation has made of the span */
  #note(span: ExportableSpan, view: ExportableSpan): ExportableSpan {
    const validated = view === span ? span : copyOfSpan(span, view)
    const ended = this.#receivers.length > 1 ? this.#ended.get(span) : undefined
    if (ended !== undefined) {
      ended.validated = validated
      this.#ended.set(validated, ended)
    }
    return validated
  }

  readonly #passOn = (span: ExportableSpan, hasWaited: boolean): void => {
    this.counters.spans++
    this.#hasReleased ||= hasWaited
    // A parent comes after its children, also if those are passed on in several bursts.
    if (hasWaited || (this.#hasReleased && this.hasMore)) this.#bursts.add([span])
    else this.#handOut(span)
  }

  #handOut(span: ExportableSpan): void {
    const [only] = this.#receivers
    if (only !== undefined && this.#receivers.length === 1) {
      only.pass(span)
      return
    }
    const ended = this.#ended.get(span)
    if (ended === undefined) return
    ended.isHeld = false
    for (const receiver of ended.receivers) receiver.pass(span)
  }

  #validate(span: ExportableSpan): ExportableSpan {
    logUnheard()
    try {
      const record = readRecord(span.spanContext())
      return this.finish(span, record, this.decide(span, record))
    } catch {
      return this.unreadable(span)
    }
  }
}
