import { VERSION } from '../version.ts'
import { processSetup, processState } from './process-state.ts'

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
  /**
   * Logs a warning every time.
   *
   * @returns whether a logger is set
   */
  warn(message: () => string): boolean
  /** Logs at debug level, for details that may contain a key or a prompt, such as a server's answer. */
  detail(message: () => string): void
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
}

interface ContextManager {
  active(): never
  with<T>(context: unknown, fn: () => T): T
}

/** What is registered with OpenTelemetry's API in this process, by whichever copy of it. */
export const registeredApi = (): RegisteredApi =>
  (globalThis as { [OPENTELEMETRY]?: RegisteredApi })[OPENTELEMETRY] ?? {}

/** A bound on what is kept, should an application use endpoints without end. */
const MAX_MESSAGES = 500

const MESSAGES = 'messages'

/** What was logged, or is to be logged once a logger is set; by namespace, code, and what it is about. */
type Messages = Map<string, Logged>
type Logged = 'logged' | readonly [namespace: string, message: string]

/** Whether this copy keeps a message that nobody could hear. */
let hasUnheard = false

/**
 * Logs what was kept while no logger was set, if one is set now. OpenTelemetry tells nobody when that happens, so this
 * is called wherever a look costs little: about a nanosecond.
 */
export function logUnheard(): void {
  if (!hasUnheard) return
  const logger = registeredApi().diag
  if (logger === undefined) return
  hasUnheard = false
  const messages = processState().counters.get(MESSAGES) as Messages | undefined
  for (const [key, logged] of messages ?? []) {
    if (logged === 'logged') continue
    messages?.set(key, 'logged')
    write(() => logger.warn(...logged))
  }
}

function write(log: () => void): void {
  try {
    log()
  } catch {
    // The application's logger may throw, and so may reading a value for the message.
  }
}

/**
 * Creates the problem log of a package. All copies of the package in a process share the counts.
 *
 * It logs to OpenTelemetry's `diag`: to the logger itself, because the API of another copy may be out of its reach.
 *
 * @param logger another logger, for tests
 * @param hint text in parentheses after the message of a code, such as where it is counted
 */
export function problemLog<Code extends string>(
  namespace: string,
  logger?: Logger,
  hint: (code: Code) => string = () => 'logged once',
): ProblemLog<Code> {
  const counts = () => {
    const { problems } = processState()
    let found = problems.get(namespace)
    if (found === undefined) {
      found = new Map()
      problems.set(namespace, found)
    }
    return found
  }
  const messages = () => {
    const { counters } = processState()
    let found = counters.get(MESSAGES) as Messages | undefined
    if (found === undefined) {
      found = new Map()
      counters.set(MESSAGES, found)
    }
    return found
  }
  const now = (level: keyof Logger, message: () => string): boolean => {
    if (logger !== undefined) write(() => logger[level](message()))
    const { diag } = registeredApi()
    if (logger === undefined) write(() => diag?.[level](namespace, message()))
    return (logger ?? diag) !== undefined
  }
  return {
    report(code, message, about = '') {
      const counted = counts()
      const before = counted.get(code) ?? 0
      counted.set(code, before + 1)
      const noted = messages()
      const key = `${namespace} ${code} ${about}`
      if (before > 0 && (noted.has(key) || noted.size >= MAX_MESSAGES)) return logUnheard()
      noted.set(key, 'logged')
      write(() => {
        const text = `${message()} (${hint(code)})`
        if (logger !== undefined) return logger.warn(text)
        // As text: the values that it is made of are not retained.
        noted.set(key, [namespace, text])
        hasUnheard = true
      })
      logUnheard()
    },
    warn: (message) => now('warn', message),
    detail: (message) => void now('debug', message),
    counts: () => {
      logUnheard()
      return Object.fromEntries(counts()) as Partial<Record<Code, number>>
    },
  }
}

/** Reports that a package is loaded more than once. Called once by each copy, when it is loaded. */
export function reportCopies(namespace: string, log: ProblemLog<'packages:two-copies'>): void {
  const { copies } = processSetup()
  const versions = [...(copies.get(namespace) ?? []), VERSION]
  copies.set(namespace, versions)
  if (versions.length === 1) return
  log.report('packages:two-copies', () => {
    return `${versions.length} copies of ${namespace} are loaded (${versions.join(', ')}): they share sessions and counts, but not bindings. Load one: see "npm ls ${namespace}", in Next.js serverExternalPackages`
  })
}
