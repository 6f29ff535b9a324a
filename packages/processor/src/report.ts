import { diag } from '@opentelemetry/api'
import type { ProblemCode } from './problems.ts'

// What has been said and counted is the only state of this module, bounded by the number of codes. Nothing
// here decides a session.
const logger = diag.createComponentLogger({ namespace: '@otel-sessions/processor' })
const counts = new Map<ProblemCode, number>()

/** How often each problem occurred, by its code, since the module was loaded. */
export type ProblemCounts = Readonly<Partial<Record<ProblemCode, number>>>

/**
 * Counts a problem, and says it once. Never throws: the application's logger may.
 *
 * @param code stands for one reason
 * @param message made only when it is said; names kinds and lengths, never a raw ID
 */
export function report(code: ProblemCode, message: () => string): void {
  const before = counts.get(code) ?? 0
  counts.set(code, before + 1)
  if (before > 0) return
  try {
    logger.warn(`${message()} (said once; helperStats().problems counts it as "${code}")`)
  } catch {
    // A logger that throws is not the application's problem at this place.
  }
}

/** The counts of what the helpers met. */
export function problemCounts(): ProblemCounts {
  return Object.fromEntries(counts)
}
