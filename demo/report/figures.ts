/** The numbers of the report and of the picture, all computed from what the collector received. */
import type { DemoResult } from '../run.ts'
import { MODES, type Mode } from '../scenario.ts'
import { countOf } from './drops.ts'
import { total } from './rows.ts'

export interface Share {
  spans: number
  /** Spans that carry the session of their conversation. */
  carrying: number
}

export function shareOf({ rows }: DemoResult, mode: Mode): Share {
  const { spans, withoutSession, wrongSpans } = total(rows.filter(({ run }) => run === mode))
  return { spans, carrying: spans - withoutSession - wrongSpans }
}

export function headline(result: DemoResult): string {
  const { spans, carrying } = shareOf(result, 'usingSession')
  return `${carrying} of ${spans} spans carry their session (${shareOf(result, 'without').carrying} without us)`
}

/** Spans that reached the collector with an invalid session ID, in the run without our packages and in all others. */
export function invalidIdSpans({ badIds }: DemoResult): { without: number; withUs: number } {
  const count = (modes: readonly Mode[]) =>
    badIds
      .filter(({ run }) => modes.includes(run))
      .reduce((sum, { arrivedOn }) => sum + countOf(arrivedOn), 0)
  const ours = MODES.map(({ mode }) => mode).filter((mode) => mode !== 'without')
  return { without: count(['without']), withUs: count(ours) }
}
