import { setTimeout as pause } from 'node:timers/promises'
import { type DeliveryStats, PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { answerIn, type Mood } from '../answers.ts'
import { CLIENT_HEADER, type Client, type CrashCollector, newClient } from '../collector.ts'
import { unaccounted } from '../drain.ts'
import { Random } from '../random.ts'
import { checkedSpan, randomText } from '../spans.ts'

type Options = NonNullable<ConstructorParameters<typeof PersistentBatchSpanProcessor>[0]>

/** No deadline is tested here: none may pass on a busy machine. */
const PATIENT = {
  timeoutMillis: 120_000,
  exportTimeoutMillis: 300_000,
  shutdownTimeoutMillis: 120_000,
} as const
/** Something hangs that takes longer. */
const PATIENCE_MILLIS = 60_000

let subjects = 0

/** A processor in this process, its spans, and its collector. */
export class Subject {
  readonly processor: PersistentBatchSpanProcessor
  readonly #client: Client
  readonly #name = `subject ${subjects++}`
  readonly #random = new Random(3)
  #mood: Mood = 'down'
  ended = 0

  constructor(collector: CrashCollector, options: Options) {
    const answers = new Random(1)
    this.#client = {
      ...newClient(collector, this.#name, this.#mood),
      answer: () => answerIn(this.#mood, answers),
    }
    collector.clients.set(this.#name, this.#client)
    const headers = { [CLIENT_HEADER]: this.#name }
    this.processor = new PersistentBatchSpanProcessor({
      url: collector.url,
      headers,
      minFreeDiskBytes: 0,
      ...PATIENT,
      ...options,
    })
  }

  /** Ends spans with so many bytes of text each. */
  end(spans: number, length: number): void {
    for (let left = spans; left > 0; left--) {
      this.ended++
      this.processor.onEnd(checkedSpan(`${this.#name}.${this.ended}`, randomText(this.#random, length)))
    }
  }

  /** Resolves when all spans that have ended are written, to the disk or to memory. */
  async written(): Promise<void> {
    await this.#until('its spans are not written', ({ buffered, unwritten }) => buffered + unwritten === 0)
  }

  /** Resolves when it has given the disk up. */
  async inMemory(): Promise<void> {
    await this.#until('stats().isOnDisk is true', ({ isOnDisk }) => !isOnDisk)
  }

  /** @throws Error with what is wrong, if that does not come true */
  async #until(problem: string, isTrue: (stats: DeliveryStats) => boolean): Promise<void> {
    const until = performance.now() + PATIENCE_MILLIS
    while (!isTrue(this.processor.stats())) {
      if (performance.now() > until) throw new Error(`after ${PATIENCE_MILLIS} ms, ${problem}`)
      await pause(5)
    }
  }

  /** Lets it fail at least once, and then succeed. */
  async attempt(): Promise<void> {
    const before = this.processor.stats().retried
    let isOver = false
    const flush = this.processor
      .forceFlush()
      .catch(() => {})
      .finally(() => {
        isOver = true
      })
    while (!isOver && this.processor.stats().retried === before) await pause(1)
    this.#mood = 'kind'
    await flush
  }

  /** Lets it send everything to a collector that accepts it, and tells what is wrong with the result. */
  async finish(mayLose: number): Promise<{ lost: number; violations: string[] }> {
    this.#mood = 'kind'
    const complaint = await this.processor.forceFlush().then(() => undefined, String)
    await this.processor.shutdown().catch(() => {})
    const stats = this.processor.stats()
    const arrived = this.#client.requests.flatMap(({ ids }) => ids)
    const lost = this.ended - new Set(arrived).size
    const { violations } = this.#client
    const dropped = Object.values(stats.dropped).reduce((sum, spans) => sum + spans, 0)
    if (lost > mayLose)
      violations.push(`lost ${lost} of ${this.ended}: ${complaint} ${JSON.stringify(stats.dropped)}`)
    if (lost !== dropped) violations.push(`lost ${lost}, but ${dropped} are counted`)
    if (arrived.length > this.ended - lost) violations.push(`${arrived.length} of ${this.ended} arrived`)
    const problem = unaccounted(stats)
    if (problem !== undefined) violations.push(problem)
    if (lost === 0 && complaint !== undefined) violations.push(complaint)
    return { lost, violations }
  }
}
