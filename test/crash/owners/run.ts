import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Durability } from '@otel-sessions/exporter/persistent'
import { sideBySide } from '../../../bench/support/side-by-side.ts'
import type { CrashCollector } from '../collector.ts'
import type { FaultResult } from '../faults/trial.ts'
import { Random } from '../random.ts'
import type { ClockConfig } from '../remote/clock.ts'
import { Remote } from '../remote/remote.ts'

/** A minute without a sign of life is two seconds. */
const FAST: ClockConfig = { speed: 30 }
/** A minute without a sign of life is longer than the 10 seconds between two signs of an owner without another clock. */
const SLOW: ClockConfig = { speed: 5 }
/** The longest that a taker needs, with such a clock and on a busy machine. */
const PATIENCE_MILLIS = 120_000
/** Something hangs in a trial that takes longer. */
const TRIAL_MILLIS = 300_000
const LENGTH = 300
const HOUR_MILLIS = 3_600_000
const DAY_MILLIS = 24 * HOUR_MILLIS

/** The processes of a trial, on one directory. */
class Trial {
  readonly #collector: CrashCollector
  readonly #namespace: readonly string[]
  readonly #directory = mkdtempSync(join(tmpdir(), 'otel-sessions-owners-'))
  readonly #remotes: Remote[] = []

  constructor(collector: CrashCollector, namespace: readonly string[]) {
    this.#collector = collector
    this.#namespace = namespace
  }

  /** A process in another PID namespace. Its endpoint is unavailable, so that all it ends stays in its journal. */
  owner(durability: Durability, clock: ClockConfig = FAST): Promise<Remote> {
    const options = { ...this.#options, durability }
    return this.#start({ options, mood: 'down', by: this.#namespace, clock })
  }

  /** A process that takes over what it can, and sends it. */
  taker(clock: ClockConfig = FAST): Promise<Remote> {
    return this.#start({ options: this.#options, mood: 'kind', clock })
  }

  get #options() {
    // Seconds of the fast clock are too short for a real request.
    return { directory: this.#directory, timeoutMillis: 600_000, exportTimeoutMillis: 600_000 }
  }

  async #start(start: Parameters<typeof Remote.start>[1]): Promise<Remote> {
    const remote = await Remote.start(this.#collector, start)
    this.#remotes.push(remote)
    return remote
  }

  get arrived(): string[] {
    return this.#remotes.flatMap(({ client }) => client.requests.flatMap(({ ids }) => ids))
  }

  /** Waits until so many different spans arrived, for a limited time. */
  async arrival(spans: number, millis = PATIENCE_MILLIS): Promise<boolean> {
    for (const until = Date.now() + millis; Date.now() < until; await pause(20))
      if (new Set(this.arrived).size >= spans) return true
    return false
  }

  /** Kills all, lets a last process send everything, and tells what is lost. */
  async judge(): Promise<{ spans: number; lost: number; violations: string[] }> {
    for (const remote of this.#remotes) await remote.kill()
    const safe = this.#remotes.reduce((sum, remote) => sum + remote.safe, 0)
    const last = await this.taker()
    await this.arrival(safe)
    await last.order({ kind: 'shutdown' })
    await last.kill()
    const arrived = new Set(this.arrived)
    const lost: string[] = []
    for (const { name, safe } of this.#remotes)
      for (let nth = 1; nth <= safe; nth++) if (!arrived.has(`${name}.${nth}`)) lost.push(`${name}.${nth}`)
    const violations = this.#remotes.flatMap(({ client }) => client.violations)
    if (lost.length > 0) violations.push(`lost ${lost.length} of ${safe}: ${lost.slice(0, 3).join(', ')}`)
    return { spans: safe, lost: lost.length, violations }
  }

  async end(): Promise<void> {
    for (const { name } of this.#remotes) this.#collector.clients.delete(name)
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

interface Owned {
  readonly name: string
  /** Only with `durability: 'span'`: what ends without a turn of the event loop is not safe otherwise. */
  readonly isSync?: boolean
  play(trial: Trial, durability: Durability, random: Random): Promise<string | undefined>
}

const frozen: Owned[] = [
  {
    name: 'frozen, taken over, and killed',
    async play(trial, durability) {
      const owner = await trial.owner(durability)
      await write(owner, 100)
      owner.freeze()
      await trial.taker()
      return (await trial.arrival(100)) ? undefined : 'the journal of a frozen process was not taken over'
    },
  },
  {
    name: 'frozen, taken over, goes on writing, and is killed',
    async play(trial, durability) {
      const owner = await trial.owner(durability)
      await write(owner, 100)
      owner.freeze()
      await trial.taker()
      const wasTaken = await trial.arrival(100)
      owner.thaw()
      await write(owner, 100)
      await pause(50)
      await write(owner, 100)
      return wasTaken ? undefined : 'the journal of a frozen process was not taken over'
    },
  },
  {
    name: 'frozen again and again while it writes, and is killed',
    async play(trial, durability, random) {
      const owner = await trial.owner(durability)
      await trial.taker()
      for (let round = 0; round < 3; round++) {
        await write(owner, 50)
        owner.freeze()
        await pause(random.whole(500, 3500))
        owner.thaw()
      }
      await write(owner, 50)
      return undefined
    },
  },
  {
    name: 'its event loop is blocked while it writes, and it is killed meanwhile',
    isSync: true,
    async play(trial, _, random) {
      const owner = await trial.owner('span')
      await write(owner, 50)
      await trial.taker()
      owner.order({ kind: 'end for', millis: 60_000, length: LENGTH }).catch(() => {})
      await pause(random.whole(3500, 6000))
      return undefined
    },
  },
  {
    name: 'frozen while its event loop is blocked, taken over, goes on writing, and is killed meanwhile',
    isSync: true,
    async play(trial, _, random) {
      const owner = await trial.owner('span')
      owner.order({ kind: 'end for', millis: 60_000, length: LENGTH }).catch(() => {})
      while (owner.safe < 50) await pause(10)
      owner.freeze()
      await trial.taker()
      const wasTaken = await trial.arrival(50)
      owner.thaw()
      await pause(random.whole(200, 2000))
      return wasTaken ? undefined : 'the journal of a frozen process was not taken over'
    },
  },
]

const JUMPS = { 'an hour ahead': HOUR_MILLIS, 'an hour back': -HOUR_MILLIS, 'a day ahead': DAY_MILLIS }

const clocks: Owned[] = Object.entries(JUMPS).flatMap(([what, by]) =>
  (['owner', 'taker', 'machine'] as const).map(
    (whose): Owned => ({
      name: `the clock of the ${whose} is set ${what}, and the owner is killed`,
      async play(trial, durability, random) {
        // While they start, or while the owner writes.
        const jumps = [{ at: Date.now() + random.whole(0, 1500), by }]
        const owner = await trial.owner(durability, whose === 'taker' ? {} : { jumps })
        await write(owner, 50)
        await pause(random.whole(0, 1500))
        await trial.taker(whose === 'owner' ? SLOW : { ...SLOW, jumps })
        for (let round = random.whole(3, 8); round > 0; round--) {
          await pause(random.whole(50, 300))
          await write(owner, 20)
        }
        return undefined
      },
    }),
  ),
)

/** Ends spans, and waits until they are safe. */
async function write(owner: Remote, spans: number): Promise<void> {
  await owner.order({ kind: 'end', spans, length: LENGTH })
  await owner.order({ kind: 'settle' })
}

const AT_ONCE = 6

/**
 * What may happen to a process whose journal another one takes for dead, because it cannot see it.
 *
 * @param namespace what starts a program in another PID namespace
 */
export async function runOwners(
  collector: CrashCollector,
  random: Random,
  namespace: readonly string[],
  isQuick: boolean,
): Promise<FaultResult[]> {
  const owners = [...frozen, ...clocks.filter((_, index) => !isQuick || index % 4 === 1)]
  const trials = owners.flatMap((owned, index) =>
    (['batch', 'span'] as const)
      .filter((durability, turn) => (owned.isSync ? durability === 'span' : !isQuick || turn === index % 2))
      .map((durability) => ({ owned, durability, seed: random.seed() })),
  )
  const played = await sideBySide(trials, AT_ONCE, async ({ owned, durability, seed }) => {
    const trial = new Trial(collector, namespace)
    try {
      const late = pause(TRIAL_MILLIS, 'it does not end', { ref: false })
      const problem = await Promise.race([owned.play(trial, durability, new Random(seed)), late])
      const { spans, lost, violations } = await trial.judge()
      if (problem !== undefined) violations.push(problem)
      return { owned, spans, lost, problems: violations.map((violation) => `${durability}: ${violation}`) }
    } catch (error) {
      return { owned, spans: 0, lost: 0, problems: [`${durability}: ${String(error)}`] }
    } finally {
      await trial.end()
    }
  })
  return owners.map((owned): FaultResult => {
    const own = played.filter((one) => one.owned === owned)
    const name = `in another PID namespace, ${owned.name}`
    return {
      name,
      trials: own.length,
      spans: own.reduce((sum, { spans }) => sum + spans, 0),
      lost: own.reduce((sum, { lost }) => sum + lost, 0),
      violations: own.flatMap(({ problems }) => problems.map((problem) => `${name}, durability ${problem}`)),
    }
  })
}
