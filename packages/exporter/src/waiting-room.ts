import { type Context, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { after } from './deadline.ts'
import type { Gatekeeper } from './decide.ts'
import type { FillSettings } from './fill-options.ts'
import { Filler } from './filler.ts'
import { sayOnce } from './report.ts'
import { tell } from './settle-once.ts'
import type { Shipping } from './shipping.ts'
import type { ExportableSpan, ExportResult } from './span-types.ts'

/** How often what waits is looked at while no batch comes, in milliseconds. */
const LOOK_MILLIS = 1000

/** Where spans without a session wait for their trace, and how they leave. */
export class WaitingRoom<S extends ExportableSpan> {
  readonly #filler: Filler<S>
  readonly #shipping: Shipping<S>
  readonly #exportTimeoutMillis: number
  // Where the batch processor suppresses tracing, so that a later request is not traced either.
  #context: Context = ROOT_CONTEXT
  #timer: { cancel(): void } | undefined

  constructor(
    fill: FillSettings,
    gatekeeper: Gatekeeper,
    exportTimeoutMillis: number,
    shipping: Shipping<S>,
  ) {
    this.#filler = new Filler(fill, gatekeeper, () => this.#flush())
    this.#shipping = shipping
    this.#exportTimeoutMillis = exportTimeoutMillis
  }

  /** Exports what of the batch need not wait, with what has waited long enough, and calls back once. */
  export(spans: readonly S[], callback: (result: ExportResult) => void): void {
    this.#context = context.active()
    const shipped = this.#filler.screen(spans, Date.now())
    this.#lookLater()
    if (shipped.length > 0 || spans.length === 0) this.#shipping.shipAll(shipped, callback)
    else tell(callback, { code: 0 })
  }

  /** Exports all that waits. */
  release(): void {
    this.#ship(this.#filler.takeAll())
  }

  /** Exports all that waits; nothing will wait here any more. */
  close(): void {
    this.release()
    this.#filler.close()
    this.#timer?.cancel()
  }

  /** What a flush of the processor does: resolves when all that is in flight was answered, or its time is over. */
  async #flush(): Promise<void> {
    this.release()
    await this.#shipping.settled(this.#exportTimeoutMillis, 'an export').catch(() => {})
  }

  /** How many spans wait. */
  get held(): number {
    return this.#filler.held
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.held === 0) return
    this.#timer = after(LOOK_MILLIS, () => {
      this.#timer = undefined
      this.#ship(this.#filler.takeDue(Date.now()))
      this.#lookLater()
    })
  }

  #ship(spans: S[]): void {
    if (spans.length === 0) return
    context.with(this.#context, () => this.#shipping.shipAll(spans, sayFailure))
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
