import { markdownTable } from '../report/markdown.ts'
import type { Pipeline } from './job.ts'
import { type Outcome, seconds, sumOf } from './outcome.ts'

const TITLES: Readonly<Record<Pipeline, string>> = {
  stock: 'stock',
  memory: 'ours, in memory',
  journal: 'ours, journal',
}

/** The lost spans, one row per scenario. */
export function shortTable(outcomes: readonly Outcome[]): string {
  const names = [...new Set(outcomes.map(({ scenario }) => scenario))]
  const find = (name: string, pipeline: Pipeline) =>
    outcomes.find((one) => one.scenario === name && one.pipeline === pipeline)
  const rows = names.map((name) => [
    name,
    number(find(name, 'stock')?.lost),
    number(find(name, 'memory')?.lost),
    number(find(name, 'journal')?.lost),
  ])
  return markdownTable(
    ['scenario', 'stock loses', 'ours in memory loses', 'ours with a journal loses, after a restart'],
    rows,
  )
}

/** All results, one row per scenario and pipeline. */
export function longTable(outcomes: readonly Outcome[]): string {
  const head = [
    'scenario',
    'pipeline',
    'delivered',
    'requests',
    'exit, s',
    'longest shutdown, s',
    'after a restart',
    'rejected',
    'after redeliver()',
    'lost',
    'counted as dropped',
    'unaccounted',
    'duplicates',
    'last calls',
  ]
  return markdownTable(head, outcomes.map(cellsOf))
}

function cellsOf(outcome: Outcome): string[] {
  const { scenario, pipeline, first, afterRestart, afterRedeliver, dropped, shutdown } = outcome
  const reasons = Object.entries(dropped).map(([reason, count]) => `${reason} ${number(count)}`)
  return [
    scenario,
    TITLES[pipeline],
    number(first.delivered),
    number(first.requests),
    seconds(first.exitMillis),
    `${seconds(shutdown.millis)} of ${seconds(shutdown.boundMillis)}`,
    number(afterRestart?.delivered),
    pipeline === 'stock' ? '' : number(outcome.rejected),
    number(afterRedeliver?.delivered),
    number(outcome.lost),
    pipeline === 'stock' ? '' : sumOf(dropped) === 0 ? '0' : reasons.join(', '),
    number(outcome.unaccounted),
    number(outcome.duplicates),
    first.calls,
  ]
}

const number = (count: number | undefined) => count?.toLocaleString('en') ?? ''
