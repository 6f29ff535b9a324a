/** Runs the same conversations in every mode, and checks what the collector received. */
import type { AppConfig, AppReport } from './app.ts'
import { findProblems } from './report/checks.ts'
import { type BadIdReport, type RunCounters, readCounters, traceBadIds } from './report/drops.ts'
import type { Evidence } from './report/evidence.ts'
import { countRows, type Row } from './report/rows.ts'
import { groupUnassigned, type UnassignedGroup } from './report/unassigned.ts'
import { CONVERSATIONS, GUEST, MODES, type Mode } from './scenario.ts'
import { Processes } from './support/processes.ts'
import type { UsersReport } from './users.ts'

export interface DemoResult {
  /** A row per session and run. */
  rows: Row[]
  unassigned: Record<Mode, UnassignedGroup[]>
  badIds: BadIdReport[]
  counters: RunCounters[]
  /** The lines logged through `diag`, by run. */
  warnings: Record<Mode, string[]>
  /** Empty if every promise holds and every span arrived. */
  problems: string[]
}

export interface DemoOptions {
  log(line: string): void
  /** The time limit for the whole demo; after it, the demo stops its processes and fails. */
  deadlineMillis?: number
}

export async function runDemo({ log, deadlineMillis = 120_000 }: DemoOptions): Promise<DemoResult> {
  const deadline = AbortSignal.timeout(deadlineMillis)
  const runs: Evidence[] = []
  for (const [index, { mode, title }] of MODES.entries()) {
    log(`run ${index + 1} of ${MODES.length}: ${title}`)
    const run = await observe(mode, deadline, log)
    runs.push(run)
    log(`  ${summarise(run)}`)
  }
  return {
    rows: runs.flatMap(countRows),
    unassigned: byMode(runs, groupUnassigned),
    badIds: runs.flatMap(traceBadIds),
    counters: runs.map(readCounters),
    warnings: byMode(runs, (run) => run.warnings),
    problems: findProblems(runs),
  }
}

function summarise({ spans, modelRequests, users, millis }: Evidence): string {
  const guest = spans.filter((span) => users.guestTraces.includes(span.traceId)).length
  const asked = modelRequests.filter((request) => request.order === GUEST.order).length
  return (
    `${(millis / 1000).toFixed(1)} s, up to ${users.peak} requests at a time, ${spans.length} spans ` +
    `(${guest} of the guest's), ${modelRequests.length} model requests (${asked} of the guest's)`
  )
}

/** One run, in its own processes, which all end with it. */
async function observe(mode: Mode, deadline: AbortSignal, log: DemoOptions['log']): Promise<Evidence> {
  const processes = new Processes()
  const over = new AbortController()
  try {
    return await Promise.race([
      converse(processes, mode, log),
      processes.failure(),
      expiry(deadline, over.signal),
    ])
  } finally {
    over.abort()
    await processes.stop()
  }
}

function expiry(deadline: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const expire = () => reject(new Error('it exceeded its time limit'))
    if (deadline.aborted) expire()
    else deadline.addEventListener('abort', expire, { once: true, signal: over })
  })
}

async function converse(processes: Processes, mode: Mode, log: DemoOptions['log']): Promise<Evidence> {
  const started = performance.now()
  const [collector, model, tool] = await Promise.all(
    ['collector.ts', 'model.ts', 'tool.ts'].map((script) => address(processes.start(script))),
  )
  const app = processes.start('app.ts', {
    mode,
    collectorUrl: `${collector}/v1/traces`,
    modelUrl: `${model}/v1`,
    toolUrl: `${tool}`,
  } satisfies AppConfig)
  const users = processes.start('users.ts', { appUrl: await address(app) })
  users.listen('turn', announceTurns(log))

  const done = await users.receive<UsersReport>('done')
  app.send('stop')
  const { stats, warnings } = await app.receive<AppReport>('stopped')
  return {
    mode,
    spans: await ask<Evidence['spans']>(`${collector}/spans`),
    modelRequests: await ask<Evidence['modelRequests']>(`${model}/requests`),
    users: done,
    stats,
    warnings,
    millis: Math.round(performance.now() - started),
  }
}

async function address(child: ReturnType<Processes['start']>): Promise<string> {
  return `http://127.0.0.1:${await child.receive<number>('listening')}`
}

async function ask<T>(url: string): Promise<T> {
  return (await fetch(url)).json() as Promise<T>
}

/** Logs a line when a turn has been answered for every user. */
function announceTurns(log: DemoOptions['log']): (turn: { user: string; turn: number }) => void {
  const answered: Record<number, string[]> = {}
  return ({ user, turn }) => {
    const users = [...(answered[turn] ?? []), user]
    answered[turn] = users
    if (users.length === CONVERSATIONS.length) log(`  turn ${turn}: ${users.join(', ')} answered`)
  }
}

function byMode<T>(runs: readonly Evidence[], read: (run: Evidence) => T): Record<Mode, T> {
  return Object.fromEntries(runs.map((run) => [run.mode, read(run)])) as Record<Mode, T>
}
