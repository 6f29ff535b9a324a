import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Mood } from '../answers.ts'
import { CLIENT_HEADER, type Client, type CrashCollector, newClient } from '../collector.ts'
import { compiledPrograms, readLines } from '../kills/victim.ts'
import { startBeats } from './beats.ts'
import type { ClockConfig } from './clock.ts'
import type { Order, ProgramConfig, Reply, Way } from './messages.ts'

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url))
const HOST = fileURLToPath(new URL('./host.ts', import.meta.url))
const CLOCK = fileURLToPath(new URL('./clock.ts', import.meta.url))

/** How a program is started. */
export interface Start {
  readonly options: ProgramConfig['options']
  readonly mood: Mood
  /** What starts it in turn, such as `unshare` and its arguments. */
  readonly by?: readonly string[]
  readonly clock?: ClockConfig
  /** Whether it is a worker thread of its process. */
  readonly isWorker?: boolean
  /** Whether it times what it does by a clock that stands still when it does. */
  readonly isTimed?: boolean
}

let started = 0
/** Slower on a busy machine, as the processes are. */
const beats = await startBeats()

/** A process with a processor, which does what it is told. */
export class Remote {
  readonly name: string
  readonly client: Client
  /** How many of its first spans no end of the process can take away, as far as it has said. */
  safe = 0
  #pid = 0
  #ids = 0
  #complaint = ''
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>()
  readonly #closed: Promise<unknown>

  /** Resolves when the program has a processor. */
  static async start(collector: CrashCollector, start: Start): Promise<Remote> {
    const remote = new Remote(collector, start)
    await remote.#answer(0)
    return remote
  }

  private constructor(
    collector: CrashCollector,
    { options, mood, by = [], clock, isWorker, isTimed = false }: Start,
  ) {
    this.name = `remote ${started++}`
    this.client = newClient(collector, this.name, mood)
    const config: ProgramConfig = {
      options: {
        url: collector.url,
        headers: { [CLIENT_HEADER]: this.name },
        ...(options.directory !== undefined && { minFreeDiskBytes: 0 }),
        ...options,
      },
      prefix: `${this.name}.`,
      isTimed,
    }
    const preload = clock === undefined ? [] : ['--import', CLOCK]
    const program = isWorker ? HOST : PROGRAM
    const words = [...by, process.execPath, '--no-warnings', ...preload, program, JSON.stringify(config)]
    this.#child = spawn(words[0] as string, words.slice(1), {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiledPrograms, CRASH_CLOCK: JSON.stringify(clock ?? {}) },
    })
    this.#closed = once(this.#child, 'close').then(() => {
      for (const { reject } of this.#waiting.values())
        reject(
          new Error(
            `${this.name} ended: ${this.#child.signalCode ?? this.#child.exitCode} ${this.#complaint}`,
          ),
        )
      this.#waiting.clear()
    })
    this.#child.stdin?.on('error', () => {})
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#complaint += text.toString()
    })
    readLines(this.#child.stdio[3] as Readable, (line) => {
      const reply = JSON.parse(line) as Reply
      this.safe = Math.max(this.safe, reply.safe)
      this.#waiting.get(reply.id)?.resolve(reply)
      this.#waiting.delete(reply.id)
    })
    this.#pid = this.#child.pid ?? 0
    this.#isWrapped = by.length > 0
  }

  readonly #isWrapped: boolean

  /** Gives an order. Resolves when it is done. */
  order(order: Order): Promise<Reply> {
    const id = ++this.#ids
    const answer = this.#answer(id)
    this.#child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`)
    return answer
  }

  /** Stops the process where it is, until `thaw`. */
  freeze(): void {
    process.kill(this.#processId, 'SIGSTOP')
  }

  /** Stops the process when its next request has arrived, before it is answered. Resolves then. */
  frozenAtRequest(): Promise<void> {
    return new Promise((resolve) => {
      this.client.arrived = () => {
        this.client.arrived = () => {}
        this.freeze()
        resolve()
      }
    })
  }

  thaw(): void {
    process.kill(this.#processId, 'SIGCONT')
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    process.kill(this.#processId, 'SIGKILL')
    await this.#closed
  }

  /** Ends the process. Resolves to the milliseconds that it took, on a busy machine to fewer. */
  async leave(way: Way): Promise<number> {
    const done = this.order({ kind: 'leave', way })
    await done
    const before = beats.now()
    await this.#closed
    return beats.now() - before
  }

  /** Resolves when a request has arrived that is not answered yet. */
  get requested(): Promise<void> {
    return new Promise((resolve) => {
      this.client.arrived = resolve
    })
  }

  /** Of the program, seen from here: `unshare` has it as its only child. */
  get #processId(): number {
    if (!this.#isWrapped) return this.#pid
    const children = readFileSync(`/proc/${this.#pid}/task/${this.#pid}/children`, 'utf8')
    return Number(children.trim().split(' ')[0])
  }

  #answer(id: number): Promise<Reply> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }
}
