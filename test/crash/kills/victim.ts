import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ApplicationConfig } from '../application.ts'
import type { Client } from '../collector.ts'
import type { Random } from '../random.ts'

const APPLICATION = fileURLToPath(new URL('../application.ts', import.meta.url))
/** The cache of compiled programs, which halves the time to start one. */
export const compiledPrograms = mkdtempSync(join(tmpdir(), 'otel-sessions-compiled-'))
process.on('exit', () => rmSync(compiledPrograms, { recursive: true, force: true }))
/** By default the process is killed by then, even if the event that triggers the kill has not happened. */
const LATEST_MILLIS = 250

/** The moment of a kill: some time after the nth time of an event. */
export interface Moment {
  readonly after: 'spawned' | 'constructs' | 'runs' | 'journalled' | 'arrived' | 'answered'
  readonly nth: number
  readonly millis: number
}

const MOMENTS = { spawned: 5, constructs: 15, runs: 35, journalled: 15, arrived: 15, answered: 15 }

export function randomMoment(random: Random): Moment {
  const after = random.weighted(MOMENTS)
  if (after === 'spawned') return { after, nth: 1, millis: random.whole(30, 120) }
  if (after === 'constructs') return { after, nth: 1, millis: random.next() * 20 }
  if (after === 'runs') return { after, nth: 1, millis: random.next() * 150 }
  const nth = random.whole(1, after === 'journalled' && random.chance(0.5) ? 150 : 6)
  return { after, nth, millis: random.chance(0.5) ? 0 : random.next() * 3 }
}

/** How a process ended. */
export interface End {
  /** How many of its first spans it had reported to be in the journal. */
  readonly journalled: number
  /** Whether it had constructed its processor. */
  readonly constructed: boolean
  /** Why it ended before it was killed. */
  readonly failure: string | undefined
}

/** Runs the application until the moment of its kill, or to its end. It is killed some time after it runs, at the latest. */
export async function runVictim(
  config: ApplicationConfig,
  client: Client,
  moment: Moment | undefined,
  latestMillis = LATEST_MILLIS,
): Promise<End> {
  const child = spawn(process.execPath, ['--no-warnings', APPLICATION, JSON.stringify(config)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiledPrograms },
  })
  const happened = { spawned: 0, constructs: 0, runs: 0, journalled: 0, arrived: 0, answered: 0 }
  let isKilled = false
  const kill = () => {
    isKilled = true
    child.kill('SIGKILL')
  }
  const timers: NodeJS.Timeout[] = []
  const killIn = (millis: number) => timers.push(setTimeout(kill, millis))
  const note = (what: Moment['after']) => {
    happened[what]++
    if (moment === undefined) return
    if (what === 'runs') killIn(latestMillis)
    if (what !== moment.after || happened[what] !== moment.nth) return
    if (moment.millis === 0) kill()
    else killIn(moment.millis)
  }
  client.arrived = () => note('arrived')
  client.answered = () => note('answered')
  let journalled = 0
  readLines(child.stdio[3] as Readable, (line) => {
    if (line === 'constructs' || line === 'runs') return note(line)
    if (line.startsWith('wrong ')) {
      client.violations.push(line)
      return
    }
    journalled = Number(line)
    note('journalled')
  })
  let complaint = ''
  child.stderr?.on('data', (text: Buffer) => {
    complaint += text.toString()
  })
  child.on('spawn', () => note('spawned'))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  for (const timer of timers) clearTimeout(timer)
  const isExpected = isKilled ? signal === 'SIGKILL' : moment === undefined && code === 0
  const failure =
    isExpected && complaint === '' ? undefined : `ended with ${signal ?? code}: ${complaint.slice(0, 2000)}`
  return { journalled, constructed: happened.constructs > 0, failure }
}

/** Whole lines only: the last one may be truncated. */
export function readLines(stream: Readable, each: (line: string) => void): void {
  let rest = ''
  stream.on('data', (text: Buffer) => {
    const lines = (rest + text.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) each(line)
  })
}
