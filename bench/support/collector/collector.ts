import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Question, Reply, Report, Schedule } from './messages.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Below the range of ephemeral ports, so that no client gets a collector's port while that does not listen. */
const LOWEST_PORT = 15_000
const PORTS = 15_000
/** Between those from which two collectors look for a free one. */
const PORTS_APART = 20

let offset = Math.floor(Math.random() * PORTS)

/** Another one for each collector, so that none gets the port of one that refuses connections for a while. */
function nextPort(): number {
  offset = (offset + PORTS_APART) % PORTS
  return LOWEST_PORT + offset
}

/** Controls a collector in another process. Its methods reject if that process ends. */
export class Collector {
  readonly #process: ChildProcess
  readonly url: string

  static async start(): Promise<Collector> {
    const process = fork(main, [String(nextPort())])
    const reply = await next(process)
    if (reply.kind !== 'listening') throw new Error('the collector did not send its port')
    return new Collector(process, reply.port)
  }

  private constructor(process: ChildProcess, port: number) {
    this.#process = process
    this.url = `http://127.0.0.1:${port}/v1/traces`
  }

  /** Resolves when the first behaviour is active. */
  async follow(schedule: Schedule): Promise<void> {
    await this.#ask({ kind: 'follow', schedule })
  }

  async report(): Promise<Report> {
    const reply = await this.#ask({ kind: 'report' })
    if (reply.kind !== 'report') throw new Error('the collector sent an unexpected reply')
    return reply
  }

  stop(): void {
    this.#process.disconnect()
  }

  #ask(question: Question): Promise<Reply> {
    const reply = next(this.#process)
    this.#process.send(question)
    return reply
  }
}

function next(process: ChildProcess): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`the collector ended with exit code ${code}`))
    process.once('exit', failed)
    process.once('message', (message) => {
      process.off('exit', failed)
      resolve(message as Reply)
    })
  })
}
