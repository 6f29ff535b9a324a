import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Collector } from '../support/collector/collector.ts'
import type { Schedule } from '../support/collector/messages.ts'
import type { Job, Pipeline } from './job.ts'
import { imbalance, type Outcome, type Shutdown, sumOf } from './outcome.ts'
import { type Ended, inProcess } from './process.ts'
import { ALWAYS_UP, type Scenario } from './scenarios.ts'

const STOCK_BATCH = 512
/** How long a shutdown, or a natural end, may take by the documentation. */
const SHUTDOWN_MILLIS = 10_000
/** With a journal, while the endpoint is unavailable. */
const UNAVAILABLE_MILLIS = 2000
const POLL_MILLIS = 20

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
  const { stockQueue, timeoutMillis } = scenario
  const stage = async (job: Partial<Job>, schedule: Schedule, freeze?: Scenario['freeze']) => {
    const base = { pipeline, url: collector.url, directory, stockQueue, timeoutMillis }
    const rest = { spans: 0, overMillis: 0, redelivers: false, ending: 'drain' } as const
    const process = await inProcess(
      { ...base, ...rest, ...job },
      join(folder, 'report.json'),
      () => collector.follow(schedule),
      (child) => (freeze === undefined ? Promise.resolve() : freezeFor(child, collector, freeze)),
    )
    ended.push(process)
    return { process, delivered: (await collector.report()).delivered, calls: process.calls }
  }
  const spans = scenario.isWholeBatches ? size.spans - (size.spans % STOCK_BATCH) : size.spans
  const overMillis = scenario.isBurst ? 0 : size.overMillis
  const redelivers = scenario.redelivers && pipeline === 'memory'
  const { ending, schedule } = scenario
  const first = await stage({ spans, overMillis, redelivers, ending }, schedule, scenario.freeze)
  const { requests, turnedAway } = await collector.report()
  const restarted = pipeline === 'journal' ? await stage({}, scenario.afterRestart ?? ALWAYS_UP) : undefined
  const onDisk = await rejectedIn(directory)
  const isLeft = onDisk > 0 || (restarted !== undefined && scenario.afterRestart !== undefined)
  const redelivered = isLeft ? await stage({ redelivers: true }, ALWAYS_UP) : undefined
  const leftOnDisk = await rejectedIn(directory)

  const { delivered, duplicates, foreign } = await collector.report()
  if (foreign > 0) throw new Error(`${foreign} unknown spans arrived`)
  const { made, exitMillis, rejectedBefore, stats } = first.process
  const dropped = totalDropped(ended)
  const left = pipeline === 'memory' ? (stats?.rejected ?? 0) : leftOnDisk
  const isKept = pipeline === 'memory' && !redelivers
  // In memory nothing is queued after a shutdown: what is left must have been counted as dropped.
  const isOver = pipeline === 'memory' && ending === 'shutdown'
  const queued = isOver ? 0 : (ended.at(-1)?.stats?.queued.spans ?? 0)
  return {
    scenario: scenario.name,
    pipeline,
    made,
    first: { delivered: first.delivered, calls: first.calls, requests, turnedAway, exitMillis },
    ...(restarted && { afterRestart: { delivered: restarted.delivered, calls: restarted.calls } }),
    rejected: isKept ? (stats?.rejected ?? 0) : onDisk + rejectedBefore,
    ...(scenario.mayReject !== undefined && { mayReject: scenario.mayReject }),
    // A span that fails alone may wait itself, until others are accepted.
    ...(restarted &&
      scenario.afterRestart && {
        heldUp: Math.max(0, made - restarted.delivered - Math.max(onDisk, scenario.mayReject ?? 0)),
      }),
    ...(redelivered && { afterRedeliver: { delivered: redelivered.delivered, calls: redelivered.calls } }),
    lost: made - delivered,
    duplicates,
    dropped,
    shutdown: longestOf(scenario, pipeline, ended),
    isFrozen: scenario.freeze !== undefined,
    ...(pipeline !== 'stock' && {
      unaccounted: unaccounted(ended, made - delivered - sumOf(dropped) - left - queued),
    }),
  }
}

/** Stops a process when it makes a request, after some time, and lets it go on later. */
async function freezeFor(
  child: ChildProcess,
  collector: Collector,
  { afterMillis, forMillis }: NonNullable<Scenario['freeze']>,
): Promise<void> {
  await pause(afterMillis)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  if (!isRunning()) return
  const { requests } = await collector.report()
  while (isRunning() && (await collector.report()).requests === requests) await pause(POLL_MILLIS)
  child.kill('SIGSTOP')
  await pause(forMillis)
  child.kill('SIGCONT')
}

/** Of the shutdowns of all processes, the one that is longest beyond its bound. */
function longestOf(scenario: Scenario, pipeline: Pipeline, ended: readonly Ended[]): Shutdown {
  const shutdowns = ended.map(({ shutdownMillis, exitMillis }, index): Shutdown => {
    const isDown = pipeline === 'journal' && index === 0 && scenario.isDownAtEnd
    const isNatural = index === 0 && scenario.ending === 'none'
    return {
      millis: isNatural ? exitMillis : shutdownMillis,
      boundMillis: isDown ? UNAVAILABLE_MILLIS : SHUTDOWN_MILLIS,
    }
  })
  const [longest] = shutdowns.sort((a, b) => b.millis - b.boundMillis - (a.millis - a.boundMillis))
  return longest ?? { millis: 0, boundMillis: SHUTDOWN_MILLIS }
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
