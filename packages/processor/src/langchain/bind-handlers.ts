import { context } from '@opentelemetry/api'
import { processState } from '@otel-sessions/semconv/internal'
import { KEPT } from './bind-queues.ts'

/** The module `@langchain/core/callbacks/manager`, or what it exports under this name. */
export interface LangChainCallbacks {
  /** LangChain's class, which every run asks for its handlers. */
  readonly CallbackManager: object
}

/** The manager of all runs, or of one. */
interface Manager {
  handlers?: unknown
}

type Method = (this: Manager, ...args: unknown[]) => unknown

const COUNTER = 'langchain'

/**
 * Binds the callbacks of every handler to the context of the run that causes them: those of the handlers that make
 * spans, whoever wrote them. LangChain's queue runs them as before, and no run waits for them.
 *
 * @returns whether a class was bound, now or before. Never throws
 */
export function bindHandlers(CallbackManager: unknown): boolean {
  const { counters } = processState()
  try {
    if (typeof CallbackManager === 'function') {
      bindManager(CallbackManager.prototype)
      if (Object.hasOwn(CallbackManager.prototype, KEPT)) counters.set(COUNTER, true)
    }
  } catch {
    // A frozen class.
  }
  return counters.has(COUNTER)
}

/** Binds the methods by which a manager calls its handlers: its class, and those that it extends. */
function bindManager(manager: object): void {
  for (let at = manager; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, KEPT)) continue
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (!name.startsWith('handle') || typeof value !== 'function') continue
      Reflect.set(at, name, bindMethod(value, name.endsWith('Start')))
    }
    Object.defineProperty(at, KEPT, { value: true })
  }
}

/**
 * The method reads its handlers, and adds a job for each to the queue, before it awaits anything. For that long it sees
 * handlers that are bound; whoever looks at `handlers` before or afterwards sees the user's own.
 *
 * @param startsRun whether it returns the manager of a run, whose class is bound too
 */
function bindMethod(method: Method, startsRun: boolean): Method {
  return function (...args) {
    const { handlers } = this
    if (!Array.isArray(handlers)) return method.apply(this, args)
    const caller = context.active().setValue(KEPT, true)
    const bound = handlers.map((handler) => bindHandler(handler, caller))
    let result: unknown
    try {
      Reflect.set(this, 'handlers', bound)
      result = method.apply(this, args)
    } finally {
      Reflect.set(this, 'handlers', handlers)
    }
    return startsRun && result instanceof Promise ? result.then(bindRuns) : result
  }
}

function bindRuns<T>(managers: T): T {
  try {
    for (const manager of [managers].flat()) bindManager(Object.getPrototypeOf(manager))
  } catch {
    // A frozen class.
  }
  return managers
}

/** A handler as a manager sees it. Its methods run on the handler itself, so that its state and private fields work. */
function bindHandler<T>(handler: T, caller: ReturnType<typeof context.active>): T {
  if (typeof handler !== 'object' || handler === null) return handler
  // Not a proxy of the handler: one that is frozen would have to return its methods unbound.
  return new Proxy(Object.create(null), {
    get(_, key) {
      const value = Reflect.get(handler, key)
      if (typeof value !== 'function' || key === 'constructor') return value
      return (...args: unknown[]) => context.with(caller, value as Method, handler, ...args)
    },
    has: (_, key) => key in handler,
    set: (_, key, value) => Reflect.set(handler, key, value),
    getPrototypeOf: () => Object.getPrototypeOf(handler),
  })
}
