/** Runs the same conversations in every mode, and checks what the collector received. */
import type { AppConfig, AppReport } from './app.ts'
import { findProblems } from './report/checks.ts'
import { type BadIdReport, type RunCounters, readCounters, traceBadIds } from './report/drops.ts'
import type { Evidence } from './report/evidence.ts'
import { countRows, type Row } from './report/rows.ts'
import type { Step } from './report/step.ts'
import { type TraceLine, traceLines } from './report/trace.ts'
import { groupUnassigned, type UnassignedGroup } from './report/unassigned.ts'
import { CONVERSATIONS, GUEST, MODES, type Mode, SHOWN } from './scenario.ts'
import { Processes } from './support/processes.ts'
import type { UsersReport } from './users.ts'

export interface DemoResult {
  /** A row per session and run. */
  rows: Row[]
  /** The request that the report shows as a tree, in every run. */
  shown: Record<Mode, TraceLine[]>
  unassigned: Record<Mode, UnassignedGroup[]>
  badIds: BadIdReport[]
  counters: RunCounters[]
  /** The lines logged through `diag`, by run. */
  warnings: Record<Mode, string[]>
  /** Empty if every promise holds and every span arrived. */
  problems: string[]
}

export interface DemoOptions {
  onStep?(step: Step): void
  /** The time limit for the whole demo; after it, the demo stops its processes and fails. */
  deadlineMillis?: number
}

export async function runDemo({ onStep, deadlineMillis = 500_000 }: DemoOptions = {}): Promise<DemoResult> {
  const deadline = AbortSignal.timeout(deadlineMillis)
  const runs: Evidence[] = []
  for (const [index, { mode, title }] of MODES.entries()) {
    const step = { run: index + 1, mode, title }
    onStep?.({ ...step, type: 'start' })
    const run = await observe(mode, deadline, (turn, users) =>
      onStep?.({ ...step, type: 'turn', turn, users }),
    )
    runs.push(run)
    onStep?.({ ...step, type: 'end', ...summarise(run) })
  }
  return {
    rows: runs.flatMap(countRows),
    shown: byMode(runs, ({ spans, users }) =>
      traceLines(spans, users.traces[SHOWN.session]?.[SHOWN.turn - 1] ?? ''),
    ),
    unassigned: byMode(runs, groupUnassigned),
    badIds: runs.flatMap(traceBadIds),
    counters: runs.map(readCounters),
    warnings: byMode(runs, (run) => run.warnings),
    problems: findProblems(runs),
  }
}

function summarise({ spans, modelRequests, users, millis }: Evidence) {
  return {
    millis,
    peak: users.peak,
    spans: spans.length,
    guestSpans: spans.filter((span) => users.guestTraces.includes(span.traceId)).length,
    modelRequests: modelRequests.length,
    guestRequests: modelRequests.filter((request) => request.order === GUEST.order).length,
  }
}

type OnTurn = (turn: number, users: readonly string[]) => void

/** One run, in its own processes, which all end with it. */
async function observe(mode: Mode, deadline: AbortSignal, onTurn: OnTurn): Promise<Evidence> {
  const processes = new Processes()
  const over = new AbortController()
  try {
    return await Promise.race([
      converse(processes, mode, onTurn),
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

async function converse(processes: Processes, mode: Mode, onTurn: OnTurn): Promise<Evidence> {
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
  users.listen('turn', announceTurns(onTurn))

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

/** Tells when a turn has been answered for every user. */
function announceTurns(onTurn: OnTurn): (turn: { user: string; turn: number }) => void {
  const answered: Record<number, string[]> = {}
  return ({ user, turn }) => {
    const users = [...(answered[turn] ?? []), user]
    answered[turn] = users
    if (users.length === CONVERSATIONS.length) onTurn(turn, users)
  }
}

function byMode<T>(runs: readonly Evidence[], read: (run: Evidence) => T): Record<Mode, T> {
  return Object.fromEntries(runs.map((run) => [run.mode, read(run)])) as Record<Mode, T>
}
