import { processState } from './process-state.ts'

/** How often each problem of any package occurred in this process, by its code. */
export function problemCounts(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [namespace, problems] of processState().problems) {
    // What the problems of a code are about: see `problem-log.ts`.
    if (namespace.includes(' ')) continue
    for (const [code, count] of problems) counts[code] = (counts[code] ?? 0) + count
  }
  return counts
}
