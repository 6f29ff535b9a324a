import { processState } from './process-state.ts'

/** The methods of a logger that this file calls; OpenTelemetry's `diag` has them. */
export interface Logger {
  /** Logs a warning. */
  warn(...message: string[]): void
  /** Logs a detail for debugging. */
  debug(...message: string[]): void
}

/** Counts problems by code and logs the first of each code. None of its methods throws. */
export interface ProblemLog<Code extends string> {
  /**
   * Counts a problem, and logs it the first time. While no logger is set it keeps the message, and logs it later.
   *
   * @param code identifies one reason
   * @param message called only to log; must not return an ID
   * @param about what the problem concerns, such as an endpoint: it is logged once for each
   */
  report(code: Code, message: () => string, about?: string): void
  /** Returns how often each problem occurred. */
  counts(): Readonly<Partial<Record<Code, number>>>
}

/** Where OpenTelemetry's API keeps what is registered. All copies of version 1 share it. */
const OPENTELEMETRY = Symbol.for('opentelemetry.js.api.1')

/** What is read of what is registered with OpenTelemetry's API. */
interface RegisteredApi {
  readonly version?: string
  readonly context?: ContextManager
  readonly diag?: Logger
  readonly trace?: object
}

interface ContextManager {
  active(): never
  with<T>(context: unknown, fn: () => T): T
}

/** What is registered with OpenTelemetry's API in this process, by whichever copy of it. */
export const registeredApi = (): RegisteredApi =>
  (globalThis as { [OPENTELEMETRY]?: RegisteredApi })[OPENTELEMETRY] ?? {}

const shared = /* @__PURE__ */ processState()

/**
 * Logs what any copy kept while no logger was set, if one is set now. OpenTelemetry tells nobody when that happens, so
 * this is called wherever a look costs little: about a nanosecond.
 */
export function logUnheard(): void {
  if (shared.unheard.length > 0) logAll(shared.unheard)
}

function logAll(unheard: typeof shared.unheard): void {
  const { diag } = registeredApi()
  if (diag === undefined) return
  for (const message of unheard.splice(0)) guard(() => diag.warn(...message))
}

/** The application's logger may throw, and so may reading a value for a message. */
function guard(log: () => void): void {
  try {
    log()
  } catch {}
}

/** A bound on what a problem is about, should an application use endpoints without end. */
const MAX_LOGGED = 500

function countsOf(namespace: string): Map<string, number> {
  const { problems } = processState()
  const counts = problems.get(namespace) ?? new Map<string, number>()
  problems.set(namespace, counts)
  return counts
}

/**
 * Creates the problem log of a package. All copies of the package in a process share the counts.
 *
 * It logs to OpenTelemetry's `diag`: to the logger itself, because the API of another copy may be out of its reach.
 *
 * @param hint text in parentheses after the message of a code, such as where it is counted
 */
export function problemLog<Code extends string>(
  namespace: string,
  hint: (code: Code) => string = () => 'logged once',
): ProblemLog<Code> {
  return {
    report(code, message, about = '') {
      const counts = countsOf(namespace)
      counts.set(code, (counts.get(code) ?? 0) + 1)
      // A namespace of its own: what the problem is about, where it was logged.
      const logged = countsOf(`${namespace} ${code}`)
      if (!logged.has(about) && logged.size < MAX_LOGGED) {
        logged.set(about, 1)
        // As text: the values that it is made of are not retained.
        guard(() => shared.unheard.push([namespace, `${message()} (${hint(code)})`]))
      }
      logUnheard()
    },
    counts: () => {
      logUnheard()
      return Object.fromEntries(countsOf(namespace)) as Partial<Record<Code, number>>
    },
  }
}

/**
 * Logs every time, at debug level what may contain a key or a prompt, such as a server's answer.
 *
 * @returns whether a logger is set
 */
export function logNow(namespace: string, level: keyof Logger, message: () => string): boolean {
  const { diag } = registeredApi()
  guard(() => diag?.[level](namespace, message()))
  return diag !== undefined
}
