import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Collector } from '../support/collector/collector.ts'
import type { Schedule } from '../support/collector/messages.ts'
import type { Job, Pipeline } from './job.ts'
import { imbalance, type Outcome, sumOf } from './outcome.ts'
import { type Ended, inProcess } from './process.ts'
import { ALWAYS_UP, type Scenario } from './scenarios.ts'

const STOCK_BATCH = 512

/** The number of spans, and the time over which they are spread unless they end in one burst. */
export interface Size {
  readonly spans: number
  readonly overMillis: number
}

/** Runs one scenario with one pipeline. Rejects if a process fails, or if unknown spans arrive. */
export async function play(scenario: Scenario, pipeline: Pipeline, size: Size): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-loss-'))
  const collector = await Collector.start()
  try {
    return await stages(scenario, pipeline, size, folder, collector)
  } finally {
    collector.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function stages(
  scenario: Scenario,
  pipeline: Pipeline,
  size: Size,
  folder: string,
  collector: Collector,
): Promise<Outcome> {
  const directory = join(folder, 'journal')
  const ended: Ended[] = []
  const stage = async (job: Partial<Job>, schedule: Schedule) => {
    const base = { pipeline, url: collector.url, directory, stockQueue: scenario.stockQueue }
    const rest = { spans: 0, overMillis: 0, redelivers: false, ending: 'drain' } as const
    const process = await inProcess({ ...base, ...rest, ...job }, join(folder, 'report.json'), () =>
      collector.follow(schedule),
    )
    ended.push(process)
    return { process, delivered: (await collector.report()).delivered, calls: process.calls }
  }
  const spans = scenario.isWholeBatches ? size.spans - (size.spans % STOCK_BATCH) : size.spans
  const overMillis = scenario.isBurst ? 0 : size.overMillis
  const redelivers = scenario.redelivers && pipeline === 'memory'
  const { ending, schedule } = scenario
  const first = await stage({ spans, overMillis, redelivers, ending }, schedule)
  const { requests, turnedAway } = await collector.report()
  const restarted = pipeline === 'journal' ? await stage({}, ALWAYS_UP) : undefined
  const onDisk = await rejectedIn(directory)
  const redelivered = onDisk > 0 ? await stage({ redelivers: true }, ALWAYS_UP) : undefined
  const leftOnDisk = await rejectedIn(directory)

  const { delivered, duplicates, foreign } = await collector.report()
  if (foreign > 0) throw new Error(`${foreign} unknown spans arrived`)
  const { made, exitMillis, rejectedBefore, stats } = first.process
  const dropped = totalDropped(ended)
  const left = pipeline === 'memory' ? (stats?.rejected ?? 0) : leftOnDisk
  // In memory nothing is queued after a shutdown: what is left must have been counted as dropped.
  const isOver = pipeline === 'memory' && ending === 'shutdown'
  const queued = isOver ? 0 : (ended.at(-1)?.stats?.queued.spans ?? 0)
  return {
    scenario: scenario.name,
    pipeline,
    made,
    first: { delivered: first.delivered, calls: first.calls, requests, turnedAway, exitMillis },
    ...(restarted && { afterRestart: { delivered: restarted.delivered, calls: restarted.calls } }),
    rejected: onDisk + rejectedBefore,
    ...(redelivered && { afterRedeliver: { delivered: redelivered.delivered, calls: redelivered.calls } }),
    lost: made - delivered,
    duplicates,
    dropped,
    ...(pipeline !== 'stock' && {
      unaccounted: unaccounted(ended, made - delivered - sumOf(dropped) - left - queued),
    }),
  }
}

/**
 * The imbalance of any process's counters, else the spans that the collector did not get and no counter covers. The
 * latter may be negative, which is no fault: a span whose acknowledgement was lost counts as dropped.
 */
function unaccounted(ended: readonly Ended[], missing: number): number {
  const open = ended.map(({ stats }) => (stats === undefined ? Number.NaN : imbalance(stats)))
  return open.find((count) => count !== 0) ?? Math.max(0, missing)
}

function totalDropped(ended: readonly Ended[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const { stats } of ended) {
    for (const [reason, count] of Object.entries(stats?.dropped ?? {})) {
      total[reason] = (total[reason] ?? 0) + count
    }
  }
  return total
}

/** The number of spans in the folder of rejected requests, by the names of its files: time, status, spans. */
async function rejectedIn(directory: string): Promise<number> {
  const names = await readdir(join(directory, 'rejected')).catch(() => [])
  return names.map((name) => Number(name.split('-')[2])).reduce((sum, spans) => sum + spans, 0)
}
