import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApplicationConfig } from '../application.ts'
import { CLIENT_HEADER, type CrashCollector, newClient } from '../collector.ts'
import { drain, problemsOf } from '../drain.ts'
import { judge, type Life, problemsOfLives } from '../kills/judge.ts'
import { HARNESS_OPTIONS, type Setup } from '../kills/setup.ts'
import { type Moment, randomMoment, runVictim } from '../kills/victim.ts'
import type { Random } from '../random.ts'

/** How many processes live at a time, and how many of them are killed in all. */
export interface CrowdSize {
  readonly processes: number
  readonly kills: number
}

/** What became of the spans of all processes. */
export interface CrowdOutcome extends CrowdSize {
  /** Processes that ended by themselves. */
  readonly ends: number
  readonly journalled: number
  readonly lost: number
  readonly duplicates: number
  readonly violations: readonly string[]
}

/** Long enough to take over what many others have left, and to send it. */
const LONGEST_LIFE_MILLIS = 2500
const BYTES_OF_A_PROCESS = 250_000
/** More than all of them write, so that nothing is rightly dropped. */
const MAX_BYTES = 256_000_000

/**
 * Lets processes start and die on one directory, always so many at a time, until enough were killed. A last process
 * sends what is left.
 */
export async function runCrowd(
  collector: CrashCollector,
  random: Random,
  size: CrowdSize,
): Promise<CrowdOutcome> {
  const directory = mkdtempSync(join(tmpdir(), 'otel-sessions-crowd-'))
  const lives: Life[] = []
  const violations: string[] = []
  let begun = 0
  let kills = 0

  const live = async () => {
    const name = `crowd.${begun++}`
    const mood = random.weighted({ kind: 4, slow: 2, hostile: 3, down: 1 })
    const client = newClient(collector, name, mood, random.seed())
    const setup = randomSetup(random)
    // One in ten ends by itself.
    const moment = random.chance(0.1) ? undefined : lateMoment(random)
    if (moment !== undefined) kills++
    const config: ApplicationConfig = {
      options: { ...optionsOf(collector, name, directory, setup), shutdownTimeoutMillis: 1000 },
      setup,
      prefix: `${name}.`,
      seed: random.seed(),
      flushesFirst: random.chance(0.4),
      bytes: random.whole(10_000, BYTES_OF_A_PROCESS),
      shutsDown: moment === undefined,
    }
    const { journalled, failure } = await runVictim(config, client, moment, LONGEST_LIFE_MILLIS)
    if (failure !== undefined) violations.push(`${name} ${failure}`)
    lives.push({ name, client, mayRepeat: setup.concurrency, journalled, storedAtEnd: collector.stored() })
  }
  const place = async () => {
    while (kills < size.kills) await live()
  }
  await Promise.all(Array.from({ length: size.processes }, place))

  const name = 'crowd.last'
  const client = newClient(collector, name, 'kind')
  const drained = await drain(optionsOf(collector, name, directory, randomSetup(random)))
  lives.push({ name, client, mayRepeat: 0, journalled: 0, storedAtEnd: collector.stored() })
  violations.push(...problemsOf(drained, directory))
  const judgement = judge(lives)
  violations.push(...problemsOfLives(lives, judgement))
  for (const life of lives) collector.clients.delete(life.name)
  rmSync(directory, { recursive: true, force: true })
  return {
    processes: size.processes,
    kills,
    ends: begun - kills,
    journalled: judgement.journalled,
    lost: judgement.lost.length,
    duplicates: judgement.duplicates,
    violations: violations.map((violation) => `${size.processes} processes on one directory: ${violation}`),
  }
}

function randomSetup(random: Random): Setup {
  return {
    durability: random.pick(['batch', 'span']),
    fsync: 'never',
    protocol: random.pick(['http/protobuf', 'http/json']),
    concurrency: random.pick([1, 3]),
    processes: 1,
  }
}

/** Half of the kills come at a moment that matters, such as an answer; the others at any time. */
function lateMoment(random: Random): Moment {
  if (random.chance(0.5)) return randomMoment(random)
  return { after: 'runs', nth: 1, millis: random.next() * LONGEST_LIFE_MILLIS }
}

function optionsOf({ url }: CrashCollector, name: string, directory: string, setup: Setup) {
  const { processes: _, ...options } = setup
  const headers = { [CLIENT_HEADER]: name }
  return { ...HARNESS_OPTIONS, ...options, maxBytes: MAX_BYTES, url, headers, directory }
}
