import { BAD_IDS, type Mode } from '../scenario.ts'
import { type Evidence, sessionOf } from './evidence.ts'

/** One bad ID in one run: what was done about it, and what the collector received all the same. */
export interface BadIdReport {
  run: Mode
  id: string
  reason: string
  what: string
  /** Spans that arrived with it as their `session.id`, by name. */
  arrivedOn: Record<string, number>
}

/** The counters of the application's processor and gate. */
export interface RunCounters {
  run: Mode
  /** Attributes that the gate dropped, by reason. */
  dropped: Record<string, number>
  /** What `usingSession` refused, by reason. */
  refused: Record<string, number>
}

export function readCounters({ mode, stats }: Evidence): RunCounters {
  const { helper } = (stats.processor ?? {}) as { helper?: { problems?: Record<string, number> } }
  const { dropped } = (stats.exporter ?? {}) as { dropped?: Record<string, number> }
  return { run: mode, dropped: dropped ?? {}, refused: helper?.problems ?? {} }
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
