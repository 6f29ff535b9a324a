import { CLIENT_HEADER, type CrashCollector, newClient } from '../collector.ts'
import { drain, problemsOf, unaccounted } from '../drain.ts'
import type { FaultResult } from '../faults/trial.ts'
import { Remote } from '../remote/remote.ts'

const SHUTDOWN_MILLIS = 1500
/** How much longer than documented it may take on a busy machine, by a clock that stands still when the process does. */
const MARGIN_MILLIS = 3000

/** A process whose disk is in trouble, and what a process after it finds. */
export class Survivor {
  readonly remote: Remote
  readonly #collector: CrashCollector
  readonly #directory: string
  #shutdownMillis = 0
  #stats: string | undefined
  #dropped = 0

  static async start(
    collector: CrashCollector,
    directory: string,
    by: readonly string[] = [],
  ): Promise<Survivor> {
    const options = { directory, shutdownTimeoutMillis: SHUTDOWN_MILLIS }
    const remote = await Remote.start(collector, { options, mood: 'kind', by, isTimed: true })
    return new Survivor(collector, directory, remote)
  }

  private constructor(collector: CrashCollector, directory: string, remote: Remote) {
    this.#collector = collector
    this.#directory = directory
    this.remote = remote
  }

  async shutdown(): Promise<void> {
    const { millis = 0 } = await this.remote.order({ kind: 'shutdown' })
    this.#shutdownMillis = millis
  }

  /**
   * Ends the process, lets another one send what is left, and compares.
   *
   * @param found the spans that other processes had left in the directory
   */
  async judge(name: string, found: readonly string[]): Promise<FaultResult> {
    const { remote } = this
    if (this.#shutdownMillis === 0) await this.shutdown()
    const { stats } = await remote.order({ kind: 'stats' })
    if (stats !== undefined) {
      this.#stats = unaccounted(stats)
      this.#dropped = Object.values(stats.dropped).reduce((sum, spans) => sum + spans, 0)
    }
    await remote.leave('exit')
    const next = newClient(this.#collector, `after ${remote.name}`, 'kind')
    const headers = { [CLIENT_HEADER]: `after ${remote.name}` }
    const { url } = this.#collector
    const drained = await drain({ url, headers, directory: this.#directory, minFreeDiskBytes: 0 })
    const violations = problemsOf(drained, this.#directory)
    const clients = [remote.client, next]
    const arrived = new Set(clients.flatMap(({ requests }) => requests.flatMap(({ ids }) => ids)))
    const ended = Array.from({ length: remote.safe }, (_, index) => `${remote.name}.${index + 1}`)
    const lost = [...found, ...ended].filter((id) => !arrived.has(id))
    violations.push(...clients.flatMap((client) => client.violations))
    if (this.#stats !== undefined) violations.push(this.#stats)
    if (lost.length > this.#dropped)
      violations.push(
        `lost ${lost.length}, of which ${this.#dropped} are counted: ${lost.slice(0, 3).join(', ')}`,
      )
    if (this.#shutdownMillis > SHUTDOWN_MILLIS + MARGIN_MILLIS)
      violations.push(`the shutdown took ${Math.round(this.#shutdownMillis)} ms`)
    return {
      name,
      trials: 1,
      spans: found.length + ended.length,
      lost: lost.length,
      longest: { millis: this.#shutdownMillis, boundMillis: SHUTDOWN_MILLIS },
      violations: violations.map((violation) => `${name}: ${violation}`),
    }
  }
}
