import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sideBySide } from '../../../bench/support/side-by-side.ts'
import type { Mood } from '../answers.ts'
import { CLIENT_HEADER, type CrashCollector, newClient } from '../collector.ts'
import { drain, problemsOf } from '../drain.ts'
import { type Journal, leaveJournals, writeJournal } from '../faults/journal.ts'
import type { FaultResult } from '../faults/trial.ts'
import { Random } from '../random.ts'
import type { Way } from '../remote/messages.ts'
import { Remote } from '../remote/remote.ts'

/** Of a shutdown, and of a flush. */
const DEADLINE_MILLIS = 1500
/** Of a request: an end that waits for one takes far too long. */
const REQUEST_MILLIS = 120_000
/** How much longer than documented the end of a process may take on a busy machine. */
const MARGIN_MILLIS = 3000
/** What a process has begun to take over keeps it alive until it is sent, as long as a busy machine needs for that. */
const TAKEOVER_MILLIS = 30_000
const LENGTH = 300
const AT_ONCE = 6
/** How many dead processes have left a journal, where there is something to take over. */
const DEAD = 12

/** When a process ends. */
interface Phase {
  readonly name: string
  readonly mood: Mood
  readonly findsJournals?: boolean
  /** How long what was begun before may keep the process alive. */
  readonly keepsAliveMillis?: number
  /** No request has been made: what the process leaves within its end may not arrive twice. */
  readonly isExact?: boolean
  /** @returns when it ends */
  reach(remote: Remote, random: Random): Promise<void>
}

const end = (remote: Remote, spans: number) => remote.order({ kind: 'end', spans, length: LENGTH })

/** Its first spans are in the journal, and the endpoint has a request that it does not answer. */
async function request(remote: Remote, kind?: 'flush' | 'shutdown'): Promise<void> {
  // Before, because its spans may be sent at once.
  const { requested } = remote
  await end(remote, 100)
  await remote.order({ kind: 'settle' })
  if (kind !== undefined) void remote.order({ kind }).catch(() => {})
  await requested
}

const PHASES: readonly Phase[] = [
  {
    name: 'while it reads journals',
    mood: 'kind',
    findsJournals: true,
    keepsAliveMillis: TAKEOVER_MILLIS,
    async reach(remote) {
      void end(remote, 50).catch(() => {})
    },
  },
  {
    name: 'while it takes over',
    mood: 'kind',
    findsJournals: true,
    keepsAliveMillis: TAKEOVER_MILLIS,
    async reach(remote, random) {
      await end(remote, 50)
      await pause(random.whole(0, 40))
    },
  },
  {
    name: 'while it writes',
    mood: 'kind',
    async reach(remote) {
      void end(remote, 300).catch(() => {})
    },
  },
  {
    name: 'during a request',
    mood: 'silent',
    async reach(remote) {
      await request(remote)
      await end(remote, 50)
    },
  },
  {
    name: 'during a flush',
    mood: 'silent',
    keepsAliveMillis: DEADLINE_MILLIS,
    async reach(remote) {
      await request(remote, 'flush')
      await end(remote, 50)
    },
  },
  {
    name: 'while spans wait for their resource',
    mood: 'kind',
    isExact: true,
    async reach(remote) {
      // Their copies fill several files.
      await remote.order({ kind: 'end', spans: 4000, length: LENGTH, isPending: true })
    },
  },
  { name: 'during a shutdown', mood: 'silent', reach: (remote) => request(remote, 'shutdown') },
]

/** The ends of a process, and of a worker thread, with the longest time that each may take. */
const ENDS: readonly { readonly isWorker: boolean; readonly way: Way; readonly boundMillis: number }[] = [
  { isWorker: false, way: 'natural', boundMillis: DEADLINE_MILLIS },
  { isWorker: false, way: 'exit', boundMillis: 0 },
  { isWorker: false, way: 'exception', boundMillis: 0 },
  { isWorker: false, way: 'SIGTERM', boundMillis: DEADLINE_MILLIS },
  { isWorker: true, way: 'natural', boundMillis: DEADLINE_MILLIS },
  { isWorker: true, way: 'exit', boundMillis: 0 },
  { isWorker: true, way: 'exception', boundMillis: 0 },
  { isWorker: true, way: 'terminate', boundMillis: 0 },
  { isWorker: true, way: 'exit of the main thread', boundMillis: 0 },
]

const NAMES: Readonly<Record<Way, string>> = {
  natural: 'its natural end',
  exit: 'process.exit()',
  exception: 'an uncaught exception',
  SIGTERM: 'SIGTERM, and a handler that shuts down',
  terminate: 'terminate() by the main thread',
  'exit of the main thread': 'process.exit() of the main thread',
}

/** Lets processes and worker threads end in each way and phase, and the next process send what they left. */
export async function runEnds(
  collector: CrashCollector,
  random: Random,
  isQuick: boolean,
): Promise<FaultResult[]> {
  const journal = await writeJournal(collector, {
    format: 'http/protobuf',
    acknowledged: 0,
    spans: 40,
    length: 5000,
  })
  const trials = ENDS.flatMap((how, index) =>
    PHASES.flatMap((phase, turn) =>
      (['batch', 'span'] as const)
        .filter((_, one) => !isQuick || one === (index + turn) % 2)
        .map((durability) => ({ how, phase, durability, seed: random.seed() })),
    ),
  )
  const played = await sideBySide(trials, AT_ONCE, async ({ how, phase, durability, seed }) => {
    const what = `${phase.name}, durability ${durability}`
    try {
      return { how, what, ...(await play(collector, journal, how, phase, durability, new Random(seed))) }
    } catch (error) {
      return { how, what, spans: 0, lost: 0, millis: 0, boundMillis: 0, problems: [String(error)] }
    }
  })
  rmSync(journal.directory, { recursive: true, force: true })
  return ENDS.map((how): FaultResult => {
    const own = played.filter((one) => one.how === how)
    const [longest] = own.toSorted((a, b) => b.millis - b.boundMillis - (a.millis - a.boundMillis))
    const name = `${how.isWorker ? 'a worker thread' : 'a process'} and ${NAMES[how.way]}, in each phase`
    return {
      name,
      trials: own.length,
      spans: own.reduce((sum, { spans }) => sum + spans, 0),
      lost: own.reduce((sum, { lost }) => sum + lost, 0),
      ...(longest && { longest }),
      violations: own.flatMap(({ what, problems }) =>
        problems.map((problem) => `${name}: ${what}: ${problem}`),
      ),
    }
  })
}

async function play(
  collector: CrashCollector,
  journal: Journal,
  { isWorker, way, ...how }: (typeof ENDS)[number],
  phase: Phase,
  durability: 'batch' | 'span',
  random: Random,
): Promise<{ spans: number; lost: number; millis: number; boundMillis: number; problems: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'otel-sessions-ends-'))
  try {
    if (phase.findsJournals) leaveJournals(journal, directory, DEAD)
    const deadlines = { shutdownTimeoutMillis: DEADLINE_MILLIS, exportTimeoutMillis: DEADLINE_MILLIS }
    const options = { directory, durability, timeoutMillis: REQUEST_MILLIS, ...deadlines }
    const remote = await Remote.start(collector, { options, mood: phase.mood, isWorker })
    await phase.reach(remote, random)
    const millis = await remote.leave(way)
    const boundMillis = how.boundMillis + (way === 'natural' ? (phase.keepsAliveMillis ?? 0) : 0)
    const name = `after ${remote.name}`
    const next = newClient(collector, name, 'kind')
    const headers = { [CLIENT_HEADER]: name }
    const problems = problemsOf(
      await drain({ url: collector.url, headers, directory, minFreeDiskBytes: 0 }),
      directory,
    )
    const clients = [remote.client, next]
    const ids = clients.flatMap(({ requests }) => requests.flatMap((request) => request.ids))
    const arrived = new Set(ids)
    const found = phase.findsJournals ? journal.records.map(({ id }) => id) : []
    const ended = Array.from({ length: remote.safe }, (_, index) => `${remote.name}.${index + 1}`)
    const lost = [...found, ...ended].filter((id) => !arrived.has(id))
    problems.push(...clients.flatMap(({ violations }) => violations))
    // Others make requests, and the deadline may end one whose answer is on its way, or are like a kill.
    const isWithinCall = way === 'exit' || way === 'exception'
    if (phase.isExact && isWithinCall && ids.length > arrived.size)
      problems.push(`${ids.length - arrived.size} arrived twice`)
    if (lost.length > 0) problems.push(`lost ${lost.length}: ${lost.slice(0, 3).join(', ')}`)
    if (millis > boundMillis + MARGIN_MILLIS)
      problems.push(`it took ${Math.round(millis)} ms to end, not ${boundMillis}`)
    for (const one of [remote.name, name]) collector.clients.delete(one)
    return { spans: found.length + ended.length, lost: lost.length, millis, boundMillis, problems }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
