import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { SessionFlush } from '@otel-sessions/semconv/internal'
import { after, now } from './deadline.ts'
import type { Gatekeeper } from './decide.ts'
import type { FillSettings } from './fill-options.ts'
import { Filler } from './filler.ts'
import { Hold } from './hold.ts'
import { sayOnce } from './report.ts'
import { tell } from './settle-once.ts'
import type { Shipping } from './shipping.ts'
import type { ExportableSpan, ExportResult } from './span-types.ts'

/** How often what waits is looked at while no batch comes, in milliseconds. */
const LOOK_MILLIS = 1000

/** Where spans without a session wait for their trace, and how they leave. */
export class WaitingRoom<S extends ExportableSpan> {
  readonly #hold: Hold<S>
  readonly #filler: Filler<S>
  readonly #shipping: Shipping<S>
  readonly #lookMillis: number
  readonly #exportTimeoutMillis: number
  // Where the batch processor suppresses tracing, so that a later request is not traced either.
  #context: Context = ROOT_CONTEXT
  #timer: { cancel(): void } | undefined
  #closed = () => {}
  readonly #isClosed = new Promise<void>((resolve) => {
    this.#closed = resolve
  })

  constructor(
    fill: FillSettings,
    gatekeeper: Gatekeeper,
    exportTimeoutMillis: number,
    shipping: Shipping<S>,
  ) {
    this.#hold = new Hold(fill, (flush) => this.#flush(flush))
    this.#filler = new Filler(this.#hold, gatekeeper)
    this.#shipping = shipping
    this.#lookMillis = Math.min(LOOK_MILLIS, fill.holdMillis)
    this.#exportTimeoutMillis = exportTimeoutMillis
  }

  /** Exports what of the batch need not wait, with what has waited long enough, and calls back once. */
  export(spans: readonly S[], callback: (result: ExportResult) => void): void {
    this.#shipping.noteBatch(spans.length)
    const shipped = this.#filler.screen(spans, now())
    this.#context = this.held > 0 ? context.active() : ROOT_CONTEXT
    this.#lookLater()
    if (shipped.length > 0 || spans.length === 0) this.#shipping.shipAll(shipped, callback)
    else tell(callback, { code: 0 })
  }

  /** Exports all that waits. */
  release(): void {
    this.#ship(this.#filler.fill(this.#hold.takeAll(), 'flush'))
  }

  /** Exports all that waits; a flush that waits for an answer waits no longer than the shutdown does. */
  close(): void {
    this.release()
    this.#timer?.cancel()
    this.#closed()
  }

  /** How many spans wait. */
  get held(): number {
    return this.#hold.size
  }

  /** What a flush of a processor does: resolves when all that is in flight was answered, or its time is over. */
  async #flush(flush: SessionFlush): Promise<void> {
    this.#ship(this.#filler.fill(this.#hold.takeAll(flush), 'flush'))
    const settled = this.#shipping.settled(this.#exportTimeoutMillis, 'an export').catch(() => {})
    await Promise.race([settled, this.#isClosed])
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.held === 0) return
    this.#timer = after(this.#lookMillis, () => {
      this.#timer = undefined
      this.#ship(this.#filler.fill(this.#hold.takeDue(now()), 'time'))
      this.#lookLater()
    })
  }

  #ship(spans: S[]): void {
    if (spans.length > 0) context.with(this.#context, () => this.#shipping.shipAll(spans, sayFailure))
    if (this.held === 0) this.#context = ROOT_CONTEXT
  }
}

/** The batch processor was answered long ago, so nobody else would say it. */
function sayFailure({ code, error }: ExportResult): void {
  if (code === 0) return
  sayOnce('held', () => {
    return `spans that had waited for their trace were not taken by the wrapped exporter, which stats().failures counts: ${error?.message ?? 'no reason given'}`
  })
}
