import { processState } from './process-state.ts'

/** The methods of a logger that this file calls; OpenTelemetry's `diag` has them. */
export interface Logger {
  /** Logs a warning. */
  warn(message: string): void
  /** Logs a detail for debugging. */
  debug(message: string): void
}

/** Counts problems by code and logs the first of each code. None of its methods throws. */
export interface ProblemLog<Code extends string> {
  /**
   * Counts a problem, and logs it the first time.
   *
   * @param code identifies one reason
   * @param message called only to log; must not return an ID
   */
  report(code: Code, message: () => string): void
  /** Logs a warning every time. */
  warn(message: () => string): void
  /** Logs at debug level, for details that may contain a key or a prompt, such as a server's answer. */
  detail(message: () => string): void
  /** Returns how often each problem occurred. */
  counts(): Readonly<Partial<Record<Code, number>>>
}

/**
 * Creates the problem log of a package. All copies of the package in a process share the counts.
 *
 * @param hint text in parentheses after the message of a code, such as where it is counted
 */
export function problemLog<Code extends string>(
  namespace: string,
  logger: Logger,
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
  const write = (level: keyof Logger, message: () => string) => {
    try {
      logger[level](message())
    } catch {
      // The application's logger may throw, and so may reading a value for the message.
    }
  }
  return {
    report(code, message) {
      const before = counts().get(code) ?? 0
      counts().set(code, before + 1)
      if (before === 0) write('warn', () => `${message()} (${hint(code)})`)
    },
    warn: (message) => write('warn', message),
    detail: (message) => write('debug', message),
    counts: () => Object.fromEntries(counts()) as Partial<Record<Code, number>>,
  }
}
