import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import type { Lease, QueueSettings, SpanQueue } from '../../../src/persistent/queue/index.ts'
import { names, quiet, record, TestProcess, temporary } from './support.ts'

type Step =
  | { do: 'offer'; bytes: number; spans: number }
  | { do: 'lease'; maxSpans: number; maxBytes: number }
  | { do: 'ack' | 'nack'; which: number }
  | { do: 'close' | 'kill' | 'quiet' | 'writeNow' }
  | { do: 'jump'; millis: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('offer'),
      bytes: fc.integer({ min: 40, max: 30_000 }),
      spans: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('lease'),
      maxSpans: fc.integer({ min: 1, max: 40 }),
      maxBytes: fc.integer({ min: 1, max: 90_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('ack', 'nack'), which: fc.nat({ max: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('close', 'kill', 'quiet', 'writeNow') }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('jump'), millis: fc.integer({ min: -1e11, max: 1e11 }) }),
  },
) as fc.Arbitrary<Step>

/** A record in a plain list. */
interface Known {
  readonly name: string
  readonly spans: number
  /** Which process offered it. The order is kept within a process. */
  readonly generation: number
  /** `perhaps` was acked behind one that was not when the process ended: it may be delivered again. */
  state: 'waiting' | 'leased' | 'acked' | 'perhaps' | 'gone'
}

class Model {
  readonly #directory: string | undefined
  readonly #settings: Partial<QueueSettings>
  readonly #window: number
  readonly known: Known[] = []
  #process = new TestProcess()
  #queue: SpanQueue
  #out: { lease: Lease; records: Known[] }[] = []
  #generation = 0
  #offered = 0
  #acked = 0
  #jumped = 0

  constructor(directory: string | undefined, settings: Partial<QueueSettings>, window: number) {
    this.#directory = directory
    this.#settings = settings
    this.#window = window
    this.#queue = this.#process.open({ ...settings, directory }, window)
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'offer') this.#offer(step.bytes, step.spans)
    else if (step.do === 'lease') await this.lease(step)
    else if (step.do === 'ack' || step.do === 'nack') this.#answer(step.do, step.which)
    else if (step.do === 'jump') this.#process.wallAhead = this.#jumped = step.millis
    else if (step.do === 'quiet') await this.#quiet()
    else if (step.do === 'writeNow') this.#queue.writeNow()
    else if (this.#directory !== undefined) await this.#reopen(step.do)
    this.#checkSums()
  }

  /** Everything that is left is delivered, once. */
  async end(): Promise<void> {
    for (const { lease } of this.#out) lease.nack()
    for (const { records } of this.#out) for (const one of records) one.state = 'waiting'
    this.#out = []
    while (await this.lease({ maxSpans: 30, maxBytes: 50_000 })) this.#answer('ack', 0)
    expect(this.known.filter(({ state }) => state === 'waiting' || state === 'leased')).toEqual([])
    expect(this.#queue.size).toEqual({ spans: 0, bytes: 0, oldestAgeMillis: 0 })
    this.#checkSums()
    await this.#queue.close()
    this.#process.kill()
  }

  async lease(limits: { maxSpans: number; maxBytes: number }): Promise<boolean> {
    const lease = await this.#queue.lease(limits)
    if (lease === undefined) {
      if (this.#out.length === 0) expect(this.known.some(({ state }) => state === 'waiting')).toBe(false)
      return false
    }
    const records = names(lease).map((name) => this.known[Number(name)] as Known)
    const { generation } = records[0] as Known
    // The first ones of that journal, without a gap.
    const free = this.known.filter((one) => one.generation === generation && isFree(one))
    let at = 0
    for (const one of records) {
      while (free[at] !== one && free[at]?.state === 'perhaps') (free[at++] as Known).state = 'gone'
      expect(free[at++]).toBe(one)
    }
    expect(lease.spans).toBe(records.reduce((sum, one) => sum + one.spans, 0))
    if (records.length > 1) {
      expect(lease.spans).toBeLessThanOrEqual(limits.maxSpans)
      expect(lease.bytes).toBeLessThanOrEqual(limits.maxBytes)
    }
    for (const one of records) one.state = 'leased'
    this.#out.push({ lease, records })
    return true
  }

  #offer(bytes: number, spans: number): void {
    // So that there is always room, beside what is acked and still in files.
    if (this.#queue.size.bytes > 200_000) return
    const name = String(this.known.length)
    this.#queue.offer(record(name, { bytes, spans }))
    this.known.push({ name, spans, generation: this.#generation, state: 'waiting' })
    this.#offered += spans
  }

  #answer(what: 'ack' | 'nack', which: number): void {
    const [out] = this.#out.splice(which % Math.max(1, this.#out.length), 1)
    if (out === undefined) return
    out.lease[what]()
    for (const one of out.records) one.state = what === 'ack' ? 'acked' : 'waiting'
    if (what === 'ack') this.#acked += out.lease.spans
  }

  /** An emptied journal that was taken over is deleted now. */
  async #quiet(): Promise<void> {
    await quiet()
    for (const one of this.known) {
      if (one.generation < this.#generation && one.state === 'acked' && this.#isEmptied(one.generation)) {
        one.state = 'gone'
      }
    }
  }

  #isEmptied(generation: number): boolean {
    return this.known.every((one) => one.generation !== generation || /^(?:acked|gone)$/.test(one.state))
  }

  async #reopen(how: 'close' | 'kill'): Promise<void> {
    if (how === 'close') {
      for (const { lease } of this.#out) lease.nack()
      await this.#queue.close()
      this.#checkSums()
    } else this.#queue.writeNow()
    this.#process.kill()
    await quiet()
    for (const { records } of this.#out) for (const one of records) one.state = 'waiting'
    for (let generation = 0; generation <= this.#generation; generation += 1) {
      const mine = this.known.filter((one) => one.generation === generation)
      const first = mine.findIndex((one) => isFree(one))
      // An emptied journal that was taken over is deleted off the event loop: a kill may come before.
      const mayBeThere = how === 'kill' && generation < this.#generation && first === -1
      for (const [index, one] of mine.entries()) {
        if (one.state !== 'acked') continue
        one.state = mayBeThere || (first !== -1 && index > first) ? 'perhaps' : 'gone'
      }
    }
    this.#out = []
    this.#offered = 0
    this.#acked = 0
    this.#generation += 1
    this.#process = new TestProcess()
    this.#process.wallAhead = this.#jumped
    this.#queue = this.#process.open({ ...this.#settings, directory: this.#directory }, this.#window)
    await this.#queue.ready
    const waiting = this.known
      .filter((one) => one.state === 'waiting')
      .reduce((sum, one) => sum + one.spans, 0)
    expect(this.#process.counters.adopted).toBeGreaterThanOrEqual(waiting)
  }

  #checkSums(): void {
    const { adopted, dropped, corrupt, torn } = this.#process.counters
    expect(this.#offered + adopted).toBe(this.#acked + this.#queue.size.spans)
    expect({ dropped, corrupt, torn }).toEqual({ dropped: {}, corrupt: 0, torn: 0 })
  }
}

const isFree = ({ state }: Known): boolean => state === 'waiting' || state === 'perhaps'

it.each([
  ['a journal', true],
  ['memory', false],
])('%s loses nothing, repeats only what was leased, and keeps the order', async (_, isJournal) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.constantFrom(0, 100_000, 1e9),
      async (steps, window, isSync, keptBytes) => {
        // Segments of 64 kB, so that a run has several. Clocks are set by years, so nothing may be too old.
        const maxBytes = 8 * 64 * 1024
        const rest = { maxBytes, overflow: 'reject-newest', maxAge: 1e15 } as const
        const settings = { isSync, keptBytes, ...rest }
        const model = new Model(isJournal ? temporary() : undefined, settings, window)
        for (const one of steps) await model.run(one)
        await model.end()
      },
    ),
    { numRuns: runs(150) },
  )
})
