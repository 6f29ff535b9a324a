import { markdownTable } from '../report/markdown.ts'
import {
  type Change,
  changesOf,
  cpuPerCreated,
  cpuPerDelivered,
  deliveredShare,
  type Figure,
  figureOf,
  ratiosOf,
} from './figures.ts'
import type { Result, Run } from './measurement.ts'

/** One table for each collector, and one of the ratios to the best stock row. */
export function tablesOf(results: readonly Result[]): string {
  const delays = [...new Set(results.map(({ delayMillis }) => delayMillis))]
  const tables = delays.map((delay) => {
    const title = delay === 0 ? 'Collector answers immediately' : `Collector answers after ${delay} ms`
    return `### ${title}\n\n${tableOf(results.filter(({ delayMillis }) => delayMillis === delay))}`
  })
  const changes = changesOf(results)
  return [
    ...tables,
    `### CPU a delivered span, over the best stock row\n\n${ratioTable(results)}`,
    ...(changes.length > 0 ? [`### CPU a delivered span, after and before\n\n${changeTable(changes)}`] : []),
  ].join('\n\n')
}

function tableOf(results: readonly Result[]): string {
  const head = [
    'pipeline',
    'delivered %',
    'CPU s / 100k created',
    'min',
    'CPU s / 100k delivered',
    'min',
    'delivered spans/s',
    'wire B/span',
    'requests',
    'peak RSS MB',
    'loop delay p99 ms',
    'loop delay max ms',
    'onEnd p99 µs',
  ]
  return markdownTable(head, results.map(cellsOf))
}

function cellsOf(result: Result): string[] {
  const figure = (of: (run: Run) => number) => figureOf(result, of)
  const created = figure(cpuPerCreated)
  if (result.row.kind === 'floor') {
    const rest = [figure(rss), figure(loopP99), figure(loopMax)]
    const cells = rest.map(({ median }, index) => median.toFixed(index === 0 ? 0 : 1))
    return [result.name, '', ...both(created), '', '', '', '', '', ...cells, '']
  }
  return [
    result.name,
    (figure(deliveredShare).median * 100).toFixed(1),
    ...both(created),
    ...both(figure(cpuPerDelivered)),
    (figure(({ delivered, millis }) => delivered / millis).median * 1000).toFixed(0),
    figure(({ wireBytes, delivered, duplicates }) => wireBytes / (delivered + duplicates)).median.toFixed(0),
    figure(({ requests }) => requests).median.toFixed(0),
    figure(rss).median.toFixed(0),
    figure(loopP99).median.toFixed(1),
    figure(loopMax).median.toFixed(1),
    result.runs.some(({ onEndP99Micros }) => onEndP99Micros !== undefined)
      ? figure(({ onEndP99Micros = Number.NaN }) => onEndP99Micros).median.toFixed(1)
      : '',
  ]
}

const rss = ({ peakRssMegabytes }: Run) => peakRssMegabytes
const loopP99 = ({ loopDelayP99Millis }: Run) => loopDelayP99Millis
const loopMax = ({ loopDelayMaxMillis }: Run) => loopDelayMaxMillis
const both = ({ median, min }: Figure) => [median.toFixed(2), min.toFixed(2)]

function ratioTable(results: readonly Result[]): string {
  const rows = ratiosOf(results).map(({ delayMillis, best, ours, ratio, target }) => [
    ours,
    `${delayMillis} ms`,
    best,
    ratio.toFixed(2),
    target.toFixed(2),
  ])
  return markdownTable(['ours', 'collector', 'best stock row', 'times', 'target'], rows)
}

function changeTable(changes: readonly Change[]): string {
  const rows = changes.map(({ name, delayMillis, before, after }) => [
    name,
    `${delayMillis} ms`,
    before.toFixed(2),
    after.toFixed(2),
    (after / before).toFixed(2),
  ])
  return markdownTable(['pipeline', 'collector', 'before', 'after', 'times'], rows)
}
