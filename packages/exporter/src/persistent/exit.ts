import { now } from '@otel-sessions/semconv/internal'

/** What to do when the process, or the worker thread, exits. */
export interface ExitHandler {
  /** The event loop is empty, and the process would exit. Asynchronous work can still begin. */
  beforeExit(): void
  /** The process exits. Only synchronous work is still done. */
  exit(): void
  /** Nobody caught an error. The process may exit now, without another call. */
  uncaught(): void
}

// One set of listeners for all processors, which Node would otherwise report as a leak.
const handlers = new Set<ExitHandler>()
const beforeExit = () => callAll('beforeExit')
const exit = () => callAll('exit')
const uncaught = () => callAll('uncaught')

function callAll(event: keyof ExitHandler): void {
  for (const handler of handlers) {
    try {
      handler[event]()
    } catch {
      // The other handlers are called all the same.
    }
  }
}

/** Calls the handler when the process exits. Returns a function that removes it. */
export function onProcessExit(handler: ExitHandler): () => void {
  if (handlers.size === 0) {
    process.on('beforeExit', beforeExit)
    // Before those of the application: one that throws, or exits, is the last one that Node calls.
    process.prependListener('exit', exit)
    // After an error in a listener of `uncaughtException` or `exit`, Node calls no `exit` listener (any more).
    process.prependListener('uncaughtExceptionMonitor', uncaught)
  }
  handlers.add(handler)
  return () => {
    handlers.delete(handler)
    if (handlers.size > 0) return
    process.removeListener('beforeExit', beforeExit)
    process.removeListener('exit', exit)
    process.removeListener('uncaughtExceptionMonitor', uncaught)
  }
}

/** How often spans are sent after the event loop has run empty; each time fills it, and it runs empty again. */
const MAX_ROUNDS = 2
/** The last check is for spans that listeners have ended in the last round. */
const MAX_CHECKS = MAX_ROUNDS + 1

/**
 * Bounds what is sent when a process exits without a shutdown. Sending keeps the process alive, and listeners of the
 * application that end spans or flush each time the event loop runs empty could keep it alive forever. So all of it
 * together is limited in number and time.
 */
export class ExitBudget {
  readonly #millis: number
  #until: number | undefined
  #rounds = 0
  #checks = 0
  #seenSpans = 0

  /** @param millis how long all rounds may take */
  constructor(millis: number) {
    this.#millis = millis
  }

  /** How long sending may still take; 0 if nothing more may be sent. */
  get millisLeft(): number {
    if (this.#rounds >= MAX_ROUNDS || this.#until === undefined) return 0
    return Math.max(0, this.#until - now())
  }

  /** The event loop has run empty. Returns whether to check once more for spans to send. */
  begin(): boolean {
    this.#until ??= now() + this.#millis
    return this.#checks++ < MAX_CHECKS
  }

  /** Starts a round if there is time and spans have ended since the last one. Returns whether it did. */
  takeRound(endedSpans: number): boolean {
    if (endedSpans === this.#seenSpans || this.millisLeft === 0) return false
    this.#seenSpans = endedSpans
    this.#rounds++
    return true
  }

  /** Starts a round for a flush of the application while the endpoint is unavailable. Returns whether it may. */
  takeFlush(): boolean {
    if (this.millisLeft === 0) return false
    this.#rounds++
    return true
  }
}
