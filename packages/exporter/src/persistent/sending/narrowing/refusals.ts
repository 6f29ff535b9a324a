import type { Codec } from '../../encoder/codec.ts'
import type { SpanQueue } from '../../queue/index.ts'
import { isRetried } from '../http/answers.ts'
import { logRejected } from '../messages.ts'
import type { Part } from '../types.ts'
import { joined } from './parts.ts'

/** Statuses that an endpoint usually gives because of the URL, the credentials or the format. */
const OF_THE_ENDPOINT = new Set([401, 403, 404, 405, 407, 415])

/** Whether this status usually says that the endpoint refuses every request. */
export const isOfEndpoint = (status: number): boolean => status < 400 || OF_THE_ENDPOINT.has(status)

/**
 * Whether these two statuses mean that the endpoint refuses every request.
 *
 * @param empty that of a request without spans
 */
export const refusesAll = (status: number, empty: number): boolean =>
  isOfEndpoint(status) && (status !== 403 || empty === 403)

/** Whether the endpoint refuses everything that it gets, as far as its answers show; shared by all deliveries. */
export class Refusals {
  #status: number | undefined

  /** Whether it refused all of an earlier batch with this status, and has accepted nothing since. */
  has(status: number): boolean {
    return this.#status === status
  }

  add(status: number): void {
    this.#status = status
  }

  accepted(): void {
    this.#status = undefined
  }
}

interface OfStatus {
  readonly single: Part[]
  readonly several: Part[]
  message: string
}

/** The parts of one batch that are rejected for good, by status. */
export class RejectedParts {
  readonly #byStatus = new Map<number, OfStatus>()

  get spans(): number {
    return [...this.#byStatus.values()].reduce((sum, of) => sum + spansOf(of), 0)
  }

  /** The only status; undefined where there is none or several. */
  get onlyStatus(): number | undefined {
    return this.#byStatus.size === 1 ? [...this.#byStatus.keys()][0] : undefined
  }

  add(part: Part, status: number, message: string): void {
    const of = this.#byStatus.get(status) ?? { single: [], several: [], message }
    if (part.spans === 1) of.single.push(part)
    else of.several.push(part)
    this.#byStatus.set(status, of)
  }

  /** Logs each status, except those of answers that cannot be read, and of failures: they have a line of their own. */
  log(host: string, hasDelivered: boolean): void {
    for (const [status, of] of this.#byStatus)
      if (status >= 300 && !isRetried(status))
        logRejected(host, status, spansOf(of), of.message, hasDelivered)
  }

  /**
   * Keeps all of them as dead letters.
   *
   * @returns functions that count them, to be called in one turn
   */
  keep(queue: SpanQueue, codec: Codec): Promise<(() => void)[]> {
    // All in this turn, so that a purge meets all of them or none.
    const counts: Promise<() => void>[] = []
    for (const [status, { single, several }] of this.#byStatus) {
      // A letter knows only the sum of its spans: each of its bodies has one, or it has one body.
      if (single.length > 0) {
        const { bodies, spans } = joined(single)
        counts.push(queue.deadLetter(codec.format, bodies, spans, status))
      }
      if (several.length === 0) continue
      const { bodies, spans } = joined(several)
      const body = Buffer.concat(codec.join(bodies))
      counts.push(queue.deadLetter(codec.format, [body], spans, status))
    }
    return Promise.all(counts)
  }
}

const spansOf = ({ single, several }: OfStatus): number => joined([...single, ...several]).spans
