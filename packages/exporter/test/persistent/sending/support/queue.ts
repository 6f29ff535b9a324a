import type { BodyFormat, Encoded } from '../../../../src/persistent/encoder/codec.ts'
import type { Lease, LeaseLimits, SpanQueue } from '../../../../src/persistent/queue/index.ts'
import { bodyOf, namesIn } from './codec.ts'

interface Entry extends Encoded {
  readonly format: BodyFormat
  readonly since: number
  isTaken: boolean
}

/** A queue in an array. */
export class NaiveQueue
  implements Pick<SpanQueue, 'offer' | 'lease' | 'deadLetter' | 'trackQueued' | 'size'>
{
  readonly #now: () => number
  readonly #window: number
  #isGiving = false
  entries: Entry[] = []
  readonly rejected: { names: string[]; spans: number; status: number }[] = []
  /** Open leases. */
  out = 0
  mostOut = 0
  released = 0
  /** What open leases say when they are asked whether they lapsed. */
  lapsed: ReturnType<Lease['lapsed']>

  constructor(now: () => number, window = Number.POSITIVE_INFINITY) {
    this.#now = now
    this.#window = window
  }

  /** As the sender's type. */
  get asQueue(): SpanQueue {
    return this as unknown as SpanQueue
  }

  offer(record: Encoded): void {
    this.offerAs('protobuf', record)
  }

  offerAs(format: BodyFormat, record: Encoded): void {
    this.entries.push({ ...record, format, since: this.#now(), isTaken: false })
  }

  appendSpans(...names: string[]): void {
    this.offer(bodyOf(names))
  }

  async lease(limits: LeaseLimits): Promise<Lease | undefined> {
    if (this.#isGiving) throw new Error('the queue is asked for a batch while it is giving one')
    this.#isGiving = true
    await null
    this.#isGiving = false
    const first = this.entries.findIndex(({ isTaken }) => !isTaken)
    const format = this.entries[first]?.format
    if (format === undefined || this.out >= this.#window) return undefined
    const taken: Entry[] = []
    let spans = 0
    let bytes = 0
    for (const entry of this.entries.slice(first)) {
      const isTooMuch = spans + entry.spans > limits.maxSpans || bytes + entry.body.length > limits.maxBytes
      if (entry.isTaken || entry.format !== format || (taken.length > 0 && isTooMuch)) break
      taken.push(entry)
      spans += entry.spans
      bytes += entry.body.length
    }
    for (const entry of taken) entry.isTaken = true
    this.mostOut = Math.max(this.mostOut, ++this.out)
    let isOver = false
    let isApart = false
    const over = () => {
      if (isOver) throw new Error('a lease was acked or nacked twice')
      isOver = true
      if (!isApart) this.out--
    }
    return {
      format,
      bodies: taken.map(({ body }) => body),
      spans,
      bytes,
      ack: () => {
        over()
        this.entries = this.entries.filter((entry) => !taken.includes(entry))
      },
      nack: () => {
        over()
        this.released++
        for (const entry of taken) entry.isTaken = false
      },
      setApart: () => {
        isApart = true
        this.out--
      },
      isStored: true,
      ackExcept: async (rest, settle) => {
        const count = await settle()
        over()
        count()
        const left = rest.map((record) => ({ ...record, format, since: this.#now(), isTaken: false }))
        this.entries = [...left, ...this.entries.filter((entry) => !taken.includes(entry))]
        return true
      },
      lapsed: () => this.lapsed,
    }
  }

  async deadLetter(_format: BodyFormat, bodies: readonly Buffer[], spans: number, status: number) {
    await null
    return () => void this.rejected.push({ names: bodies.flatMap(namesIn), spans, status })
  }

  trackQueued(): () => number {
    const marked = [...this.entries]
    return () => this.entries.reduce((sum, entry) => sum + (marked.includes(entry) ? entry.spans : 0), 0)
  }

  get size() {
    const spans = this.entries.reduce((sum, entry) => sum + entry.spans, 0)
    const bytes = this.entries.reduce((sum, { body }) => sum + body.length, 0)
    const oldest = this.entries[0]
    return { spans, bytes, oldestAgeMillis: oldest === undefined ? 0 : this.#now() - oldest.since }
  }
}
