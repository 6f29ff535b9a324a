// Ends sessions when a signal tells the process to end. `options.ts` checks the options, `process.ts` is the part of
// the process that is used. Calls run from this file to `open-sessions.ts`, which ends the sessions, then to the
// provider, which exports their spans, and then back to the process.
import { trace } from '@opentelemetry/api'
import { DeadlineError, within } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import { endOpenSessions } from '../open-sessions.ts'
import {
  type EndSessionsOnSignalsOptions,
  type Flushable,
  type SignalSettings,
  signalSettings,
  WHERE,
} from './options.ts'
import { copiesListen, markOurs, othersListen, type SignalProcess, signalProcess } from './process.ts'

// Listeners belong to the process. Nothing here decides a session.
let installed: SignalListeners | undefined

/**
 * Ends open sessions when a signal tells the process to end. Sessions that were started in this process end as
 * `indeterminate` with the name of the signal as the reason, and the provider is flushed within a deadline. Then the
 * signal is sent again without these listeners, so that the process ends as it would have. A second signal meanwhile
 * ends it at once.
 *
 * Where the application listens to the signal itself, the process would have lived on: then sessions are ended and
 * flushed, and the application exits, after a flush of its own.
 *
 * Off by default. A further call replaces the one before. On platforms without signals (browsers, workerd) it does
 * nothing, which is counted and logged once. It does not wait for attachments.
 *
 * @returns removes the listeners
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example endSessionsOnSignals({ timeoutMillis: 2000 })
 */
export function endSessionsOnSignals(options: EndSessionsOnSignalsOptions = {}): () => void {
  const settings = signalSettings(options)
  const process = signalProcess()
  if (process === undefined) {
    report('signals:no-process', () => `${WHERE} does nothing: this platform has no signals`)
    return () => {}
  }
  const listeners = new SignalListeners(process, settings)
  installed?.remove()
  installed = listeners
  return () => listeners.remove()
}

/** This many ends fit into the queue of a batch processor, beside what is there. */
const AT_A_TIME = 1000

class SignalListeners {
  readonly #process: SignalProcess
  readonly #settings: SignalSettings
  readonly #listeners = new Map<string, () => void>()
  #isLeaving = false

  constructor(process: SignalProcess, settings: SignalSettings) {
    this.#process = process
    this.#settings = settings
    for (const signal of settings.signals) this.#listen(signal)
  }

  remove(): void {
    for (const [signal, listener] of this.#listeners) this.#process.removeListener(signal, listener)
    this.#listeners.clear()
  }

  #listen(signal: string): void {
    const listener = markOurs(() => this.#onSignal(signal))
    try {
      // Runs first: later listeners of the application that listen `once` are still there to be seen.
      this.#process.prependListener(signal, listener)
      this.#listeners.set(signal, listener)
    } catch (cause) {
      this.remove()
      throw new TypeError(`${WHERE}: option signals: ${signal} cannot be listened to`, { cause })
    }
  }

  #onSignal(signal: string): void {
    const isOurs = !othersListen(this.#process, signal)
    if (isOurs && this.#isLeaving) {
      this.#raise(signal)
      return
    }
    if (isOurs) this.#isLeaving = true
    const flushed = endAndFlush(signal, this.#settings)
    if (isOurs) flushed.then(() => this.#raise(signal))
  }

  #raise(signal: string): void {
    this.remove()
    if (copiesListen(this.#process, signal)) return
    try {
      this.#process.kill(this.#process.pid, signal)
    } catch {
      // Deno without the permission to kill. The process must not stay.
      this.#process.exit(1)
    }
  }
}

/** Ends open sessions and flushes, within the deadline. The process stays alive until then. Never rejects. */
async function endAndFlush(signal: string, { provider, timeoutMillis }: SignalSettings): Promise<void> {
  try {
    await within(timeoutMillis, `the flush on ${signal}`, endAndFlushAll(signal, provider))
  } catch (error) {
    if (error instanceof DeadlineError) report('signals:flush-late', () => error.message)
    else report('signals:flush-failed', () => 'the flush on a signal failed')
  }
}

/** Ends and flushes in turn, because the queue of a batch processor cannot take all ends at once. */
async function endAndFlushAll(signal: string, given: Flushable | undefined): Promise<void> {
  const provider = given ?? globalProvider()
  let isMore = true
  while (isMore) {
    isMore = endOpenSessions(signal, AT_A_TIME)
    await provider?.forceFlush()
  }
}

/** The provider that was registered. The API's own object stands for it, and cannot flush. */
function globalProvider(): Flushable | undefined {
  const global = trace.getTracerProvider() as { getDelegate?: () => unknown }
  const provider = (global.getDelegate?.() ?? global) as Partial<Flushable>
  if (typeof provider.forceFlush === 'function') return provider as Flushable
  report('signals:no-flush', () => {
    return `nothing is flushed on a signal: there is no global tracer provider with forceFlush; give ${WHERE} a provider`
  })
  return undefined
}
