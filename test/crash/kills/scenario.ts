import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mood } from '../answers.ts'
import type { ApplicationConfig } from '../application.ts'
import { CLIENT_HEADER, type Client, type CrashCollector, newClient } from '../collector.ts'
import { drain, problemsOf } from '../drain.ts'
import { Random } from '../random.ts'
import { judge, type Life, problemsOfLives } from './judge.ts'
import { HARNESS_OPTIONS, type Setup } from './setup.ts'
import { type Moment, randomMoment, runVictim } from './victim.ts'

/** The result of a scenario. */
export interface Outcome {
  readonly setup: Setup
  readonly kills: number
  /** Kills before the processor was constructed. */
  readonly early: number
  readonly journalled: number
  readonly lost: number
  /** Requests repeated although they were acknowledged: in all, and the most for one kill. */
  readonly repeated: number
  readonly mostRepeated: number
  readonly excused: number
  readonly torn: number
  readonly violations: readonly string[]
}

/** The most processes between two drains. More might fill the directory, which would rightly drop the oldest spans. */
const PROCESSES_BETWEEN_DRAINS = 3
const BYTES_OF_A_PROCESS = 350_000

/** Processes that share a directory, killed one after the other or together, while a hostile collector answers. */
export class Scenario {
  readonly #collector: CrashCollector
  readonly #setup: Setup
  readonly #name: string
  readonly #random: Random
  readonly #directory = mkdtempSync(join(tmpdir(), 'otel-sessions-crash-'))
  readonly #lives: Life[] = []
  readonly #violations: string[] = []
  #names = 0
  #kills = 0
  #early = 0
  #torn = 0

  constructor(collector: CrashCollector, setup: Setup, name: string, seed: number) {
    this.#collector = collector
    this.#setup = setup
    this.#name = name
    this.#random = new Random(seed)
  }

  /** Kills at least so many processes, with a clean drain from time to time and at the end. */
  async run(kills: number): Promise<Outcome> {
    while (this.#kills < kills) {
      const rounds = this.#random.whole(1, Math.floor(PROCESSES_BETWEEN_DRAINS / this.#setup.processes))
      for (let round = 0; round < rounds && this.#kills < kills; round++) await this.#round()
      await this.#drain()
    }
    for (const { name } of this.#lives) this.#collector.clients.delete(name)
    rmSync(this.#directory, { recursive: true, force: true })
    return this.#outcome()
  }

  /** Runs one process that ends by itself. */
  async rehearse(): Promise<void> {
    await this.#live(undefined)
    await this.#drain()
    await this.run(0)
  }

  async #round(): Promise<void> {
    const each = Array.from({ length: this.#setup.processes }, () => {
      // One in ten ends by itself: what it leaves has another name.
      const moment = this.#random.chance(0.1) ? undefined : randomMoment(this.#random)
      return this.#live(moment)
    })
    await Promise.all(each)
  }

  async #live(moment: Moment | undefined): Promise<void> {
    const { name, client } = this.#newClient(this.#mood())
    const config: ApplicationConfig = {
      options: {
        ...this.#options(name),
        shutdownTimeoutMillis: 100,
        // Nobody listens on the first port.
        ...(this.#random.chance(0.1) ? { url: 'http://127.0.0.1:1/' } : {}),
      },
      setup: this.#setup,
      prefix: `${name}.`,
      seed: this.#random.seed(),
      flushesFirst: this.#random.chance(0.4),
      bytes: moment === undefined ? BYTES_OF_A_PROCESS / 10 : BYTES_OF_A_PROCESS,
      shutsDown: moment === undefined,
    }
    const { journalled, constructed, failure } = await runVictim(config, client, moment)
    if (failure !== undefined) this.#violations.push(`${name} ${failure}`)
    if (moment !== undefined) this.#kills++
    if (!constructed) this.#early++
    this.#lives.push({
      name,
      client,
      mayRepeat: this.#setup.concurrency,
      journalled,
      storedAtEnd: this.#collector.stored(),
    })
  }

  async #drain(): Promise<void> {
    const { name, client } = this.#newClient('kind')
    const drained = await drain(this.#options(name))
    this.#torn += drained.stats.torn
    this.#lives.push({ name, client, mayRepeat: 0, journalled: 0, storedAtEnd: this.#collector.stored() })
    const problems = problemsOf(drained, this.#directory)
    this.#violations.push(...problems.map((problem) => `${name}: ${problem}`))
  }

  #newClient(mood: Mood): { name: string; client: Client } {
    const name = `${this.#name}.${this.#names++}`
    return { name, client: newClient(this.#collector, name, mood, this.#random.seed()) }
  }

  #mood(): Mood {
    return this.#random.weighted({ kind: 3, slow: 1, hostile: 5, 'stores in silence': 1, down: 1 })
  }

  #options(name: string) {
    const { processes: _, ...setup } = this.#setup
    const compression = this.#random.pick(['none', 'gzip', 'zstd'] as const)
    const { url } = this.#collector
    const headers = { [CLIENT_HEADER]: name }
    return { ...HARNESS_OPTIONS, ...setup, compression, url, headers, directory: this.#directory }
  }

  #outcome(): Outcome {
    const judgement = judge(this.#lives)
    const { journalled, lost, repeated, excused } = judgement
    const violations = [...this.#violations, ...problemsOfLives(this.#lives, judgement)]
    const counts = [...repeated.values()].map(({ length }) => length)
    return {
      setup: this.#setup,
      kills: this.#kills,
      early: this.#early,
      journalled,
      lost: lost.length,
      repeated: counts.reduce((sum, count) => sum + count, 0),
      mostRepeated: Math.max(0, ...counts),
      excused,
      torn: this.#torn,
      violations: violations.map((violation) => `${JSON.stringify(this.#setup)}: ${violation}`),
    }
  }
}
