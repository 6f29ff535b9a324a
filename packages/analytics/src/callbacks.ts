import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { after } from '@otel-sessions/semconv/internal'
import { type Counters, problems } from './counters.ts'
import type { Session } from './totals/session.ts'
import type { SessionTotals } from './totals/session-totals.ts'

/**
 * A queue of calls into the application. They run in order, in a microtask, so that no application code runs inside
 * `span.end()` or an export; and in the root context, so that the session of the current span is not active. The queue
 * has at most the calls of one turn of the event loop.
 */
export class CallbackQueue {
  #tasks: (() => void)[] = []
  #isScheduled = false

  /** @param task must not throw */
  add(task: () => void): void {
    this.#tasks.push(task)
    if (this.#isScheduled) return
    this.#isScheduled = true
    void Promise.resolve().then(() => this.#run())
  }

  /** Resolves when all tasks that were added before have run. */
  async settled(): Promise<void> {
    await undefined
    this.#run()
  }

  #run(): void {
    const tasks = this.#tasks
    this.#tasks = []
    this.#isScheduled = true
    context.with(ROOT_CONTEXT, () => {
      for (const task of tasks) task()
      this.#isScheduled = this.#tasks.length > 0
      // Tasks that a task adds wait for the next turn: microtasks that add microtasks would block the process.
      if (this.#isScheduled) after(0, () => this.#run())
    })
  }
}

/** Calls a function of the application. If it throws or rejects, that is counted and logged once. */
export function callSafely<T>(
  what: string,
  fn: (argument: T) => unknown,
  argument: T,
  counters: Counters,
): void {
  const failed = () => {
    counters.failed++
    problems.report(what, () => `${what} threw or rejected`)
  }
  try {
    const result = fn(argument)
    // Recognized by its shape, because a promise may be of another realm.
    const { then } = (result ?? {}) as { then?: unknown }
    if (typeof then === 'function') then.call(result, undefined, failed)
  } catch {
    failed()
  }
}

/** Called with the totals of a session that has ended. */
export type SessionEndListener = (totals: SessionTotals) => unknown

/** Calls the listeners of `onSessionEnd`, after the span or the batch that ends the session. */
export class EndListeners {
  readonly #totals: (session: Session) => SessionTotals
  readonly #counters: Counters
  readonly #queue: CallbackQueue
  readonly #listeners = new Set<{ readonly call: SessionEndListener }>()
  /** Ended sessions whose listeners were not called yet, with their totals if the session was removed meanwhile. */
  readonly #pending = new Map<Session, { removed: SessionTotals | undefined }>()

  constructor(totals: (session: Session) => SessionTotals, counters: Counters, queue: CallbackQueue) {
    this.#totals = totals
    this.#counters = counters
    this.#queue = queue
  }

  add(call: SessionEndListener): () => void {
    const listener = { call }
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Handles the end of a session. */
  onEnd(session: Session): void {
    if (this.#listeners.size === 0) return
    const pending: { removed: SessionTotals | undefined } = { removed: undefined }
    this.#pending.set(session, pending)
    this.#queue.add(() => {
      if (pending.removed === undefined) this.#pending.delete(session)
      this.#call(pending.removed ?? this.#totals(session))
    })
  }

  /** Keeps the totals of a pending session that is removed. */
  onRemove(session: Session): void {
    const pending = this.#pending.get(session)
    if (pending === undefined) return
    pending.removed = this.#totals(session)
    this.#pending.delete(session)
  }

  #call(totals: SessionTotals): void {
    for (const { call } of [...this.#listeners]) {
      callSafely('a listener of onSessionEnd', call, totals, this.#counters)
    }
  }
}
