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
import { problems } from '../problems.ts'
import { Bursts, type Destination } from './bursts.ts'
import { WHERE } from './options.ts'
import { callAtExit } from './process-exit.ts'
import { copyOfSpan } from './span-copy.ts'

type Host = BackfillHost<ExportableSpan>

/** A processor behind the validation. */
export type Receiver = Destination<ExportableSpan>

/** A span that has ended, for the processors that get it: each when it was called with the span, and when it is its turn. */
interface Ended {
  /** Those that have been called with it. */
  readonly called: Receiver[]
  /** Those whose turn came before they were called with it. */
  readonly due: Receiver[]
  /** The span or its copy; undefined until it is validated. */
  validated: ExportableSpan | undefined
}

/**
 * Validates spans one by one, in front of processors. Where validation changes something, they get a copy of the span,
 * whose properties they can write, as some do. All of them get the same copy, one after the other: without validation they
 * would have the span in common, and one may remove what the next one must not send.
 */
export class FrontValidation extends SpanValidation<ExportableSpan> {
  readonly #backfill: BackfillBuffer<ExportableSpan> | undefined
  readonly #receivers: Receiver[] = []
  /** Of each of them. */
  readonly #bursts: Bursts<ExportableSpan>[] = []
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
    if (this.#backfill !== undefined) callAtExit(this)
  }

  /** Adds a processor, before the first span. @returns what passes spans on to it that have waited */
  add(receiver: Receiver): Bursts<ExportableSpan> {
    const to = {
      pass: (span: ExportableSpan) => this.#handOver(span, receiver),
      flush: () => receiver.flush(),
      room: () => receiver.room(),
    }
    const bursts = new Bursts(to, this.#bursts.at(-1))
    this.#receivers.push(receiver)
    this.#bursts.push(bursts)
    return bursts
  }

  /** Takes a span that has ended, for one of the processors. Never throws. */
  end(span: ExportableSpan, receiver: Receiver): void {
    const ended = this.#receivers.length > 1 ? this.#ended.get(span) : undefined
    if (ended === undefined) this.#endFirst(span, receiver)
    else if (ended.due.includes(receiver)) receiver.pass(ended.validated ?? span)
    else ended.called.push(receiver)
  }

  override get waiting(): number {
    return this.#backfill?.size ?? 0
  }

  /** Passes on the spans that wait. The processors are to be flushed next. */
  override release(): void {
    this.#backfill?.release()
    for (const each of this.#bursts) each.fill()
  }

  /** The process is about to end: passes on the spans that wait, which nothing would do any more. */
  beforeExit(): void {
    for (const each of this.#bursts) each.stopWaiting()
    this.release()
  }

  /** The process exits: passes on, within the call, what waits for its trace or for a flush. */
  exit(): void {
    const count = this.#bursts.reduce((sum, each) => sum + each.size, this.waiting)
    if (count === 0) return
    this.release()
    for (const each of this.#bursts) each.passAll()
    problems.report('processors:exit', () => {
      const spans = count === 1 ? '1 span that waited is' : `${count} spans that waited are`
      const unless = `${count === 1 ? 'it is' : 'they are'} not exported or written within the call`
      return `${spans} lost if ${unless}: the process exits before delivery; await provider.shutdown() first`
    })
  }

  /** Called by the buffer, with spans that wait no longer. */
  override send(...[spans, callback]: Parameters<Host['send']>): ReturnType<Host['send']> {
    this.counters.spans += spans.length
    this.#bursts[0]?.add(spans)
    callback({ code: 0 })
    return async () => this.#bursts.at(-1)?.drained
  }

  override finish(...[span, record, changes]: Parameters<Host['finish']>): ExportableSpan {
    return this.#note(span, super.finish(span, record, changes))
  }

  override unreadable(span: ExportableSpan): ExportableSpan {
    return this.#note(span, super.unreadable(span))
  }

  #endFirst(span: ExportableSpan, receiver: Receiver): void {
    if (this.#receivers.length > 1) {
      this.#ended.set(span, { called: [receiver], due: [], validated: undefined })
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
    if (hasWaited || (this.#hasReleased && this.#bursts.at(-1)?.hasMore)) this.#bursts[0]?.add([span])
    else for (const receiver of this.#receivers) this.#handOver(span, receiver)
  }

  #handOver(span: ExportableSpan, receiver: Receiver): void {
    const ended = this.#receivers.length > 1 ? this.#ended.get(span) : undefined
    if (ended === undefined || ended.called.includes(receiver)) receiver.pass(span)
    else ended.due.push(receiver)
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
