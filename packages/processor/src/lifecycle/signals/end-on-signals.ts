import { report } from '../../report/report.ts'
import { endOpenSessions } from '../open-sessions.ts'
import { flushInTime } from './flush-in-time.ts'
import { type EndSessionsOnSignalsOptions, type SignalSettings, signalSettings, WHERE } from './options.ts'
import { copiesListen, markOurs, othersListen, type SignalProcess, signalProcess } from './process.ts'

// Signals are the process's. Which sessions are ended is not decided here.
let installed: SignalListeners | undefined

/**
 * When the process is asked to end by a signal: ends the sessions that were started here and are open, as
 * `indeterminate` with the name of the signal as the reason, flushes within a deadline, and sends the signal again
 * without its own listeners, so that the process ends as it would have. A second signal meanwhile ends it at once.
 *
 * Where the application listens to the signal itself, the process would have lived on: then the sessions are ended
 * and flushed, and the rest is for the application to say. What it says to exit, it should say after a flush.
 *
 * Never by default. The last call holds. Where there are no signals (browsers, workerd) it does nothing, which is
 * said and counted. Attachments on their way are not waited for.
 *
 * @returns takes the listeners away again
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example endSessionsOnSignals({ timeoutMillis: 2000 })
 */
export function endSessionsOnSignals(options: EndSessionsOnSignalsOptions = {}): () => void {
  const settings = signalSettings(options)
  const process = signalProcess()
  if (process === undefined) {
    report('signals:no-process', () => `${WHERE} does nothing: there are no signals here`)
    return () => {}
  }
  const listeners = new SignalListeners(process, settings)
  installed?.remove()
  installed = listeners
  return () => listeners.remove()
}

/** So many ends fit into the queue of a batch processor, beside what is there. */
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
    const listener = markOurs(() => this.#hear(signal))
    try {
      // First of all: one that listens `once` is gone when a later one looks.
      this.#process.prependListener(signal, listener)
      this.#listeners.set(signal, listener)
    } catch (cause) {
      this.remove()
      throw new TypeError(`${WHERE}: option signals: ${signal} cannot be listened to`, { cause })
    }
  }

  #hear(signal: string): void {
    const isOurs = !othersListen(this.#process, signal)
    if (isOurs && this.#isLeaving) {
      this.#raise(signal)
      return
    }
    if (isOurs) this.#isLeaving = true
    const { provider, timeoutMillis } = this.#settings
    const flushed = flushInTime(provider, timeoutMillis, () => endOpenSessions(signal, AT_A_TIME))
    if (isOurs) flushed.then(() => this.#raise(signal))
  }

  #raise(signal: string): void {
    this.remove()
    if (copiesListen(this.#process, signal)) return
    try {
      this.#process.kill(this.#process.pid, signal)
    } catch {
      // Deno without the permission: it was asked to end, and must not stay.
      this.#process.exit(1)
    }
  }
}
