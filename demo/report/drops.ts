import { BAD_IDS, type Mode } from '../scenario.ts'
import { type Evidence, sessionOf } from './evidence.ts'

/** An invalid ID in one run, and the spans on which the collector received it. */
export interface BadIdReport {
  run: Mode
  id: string
  reason: string
  what: string
  /** Spans that arrived with it as their `session.id`, by name. */
  arrivedOn: Record<string, number>
}

/** The counters of the application's processor and exporter. */
export interface RunCounters {
  run: Mode
  /** Attributes that the exporter dropped, by reason. */
  dropped: Record<string, number>
  /** Sessions that `usingSession` and the processor rejected, by reason. */
  rejected: Record<string, number>
}

export function readCounters({ mode, stats }: Evidence): RunCounters {
  const { process } = (stats.processor ?? {}) as { process?: { problems?: Record<string, number> } }
  const { dropped } = (stats.exporter ?? {}) as { dropped?: Record<string, number> }
  return { run: mode, dropped: dropped ?? {}, rejected: process?.problems ?? {} }
}

export function traceBadIds({ mode, spans }: Evidence): BadIdReport[] {
  return BAD_IDS.map((bad) => {
    const arrivedOn: Record<string, number> = {}
    for (const span of spans) {
      if (sessionOf(span) === bad.id) arrivedOn[span.name] = (arrivedOn[span.name] ?? 0) + 1
    }
    return { run: mode, ...bad, arrivedOn }
  })
}

export const countOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((all, count) => all + count, 0)
