import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import type { Answer, RetryAnswer, SenderSettings } from '../../../src/persistent/sending/types.ts'
import { accepted, retry, settle, startSender } from './support/sender.ts'

afterEach(() => diag.disable())

const numbered = (count: number, prefix = '') => Array.from({ length: count }, (_, i) => `${prefix}${i}.`)

/** An endpoint that answers at once, and time that goes on whenever nothing happens. */
function start(
  reply: (names: readonly string[], time: number) => Answer,
  some: Partial<SenderSettings> = {},
) {
  const started = startSender(
    { maxExportBatchSize: 500, scheduledDelayMillis: 100, ...some },
    undefined,
    some.concurrency ?? 1,
  )
  const { advance, clock, queue, transport } = started
  const arrived = new Map<string, number>()
  const sizes: number[] = []
  let answered = 0
  const answerAll = async () => {
    for (; answered < transport.posted.length; await settle()) {
      const posted = transport.posted[answered++]
      if (posted === undefined) break
      const answer = reply(posted.names, clock.time)
      sizes.push(posted.names.length)
      if (answer.kind === 'accepted') for (const name of posted.names) arrived.set(name, clock.time)
      await posted.answer(answer)
    }
  }
  /** Lets time pass in small steps, with what happens in each. */
  const pass = async (millis: number, each: (step: number) => unknown = () => {}) => {
    for (let step = 0; step < millis / 50; step++) {
      await each(step)
      await advance(50)
      await answerAll()
    }
  }
  const rejected = () => queue.rejected.flatMap(({ names }) => names)
  return { ...started, arrived, sizes, pass, rejected }
}

const failure = (reason: string, status?: number): RetryAnswer => ({
  kind: 'retry',
  reason,
  status,
  afterMillis: undefined,
})

const failures: [string, RetryAnswer, string][] = [
  ['502', failure('502', 502), 'answers with status 502'],
  ['503', failure('503', 503), 'answers with status 503'],
  ['504', failure('504', 504), 'answers with status 504'],
  ['a reset', failure('ECONNRESET'), 'resets the connection'],
  ['no answer in time', failure('timeout'), 'gives no answer in time'],
  ['no HTTP', failure('HPE_INVALID_CONSTANT'), 'answers with what is not HTTP'],
  ['a connection that closes', failure('closed'), 'closes the connection'],
]

describe.each([1, 4])('with %i requests at a time, a span that makes every request fail', (concurrency) => {
  it.each(failures)('with %s is rejected alone, soon, and holds nothing up', async (_, failure, words) => {
    const warnings = collectWarnings()
    const url = `http://${concurrency}-${_.replaceAll(' ', '-')}/`
    const { append, arrived, pass, rejected, counters, queue } = start(
      (names) => (names.includes('123.') ? failure : accepted),
      { concurrency, url },
    )
    for (const name of numbered(500)) await append(name)
    await pass(40_000, (step) => step % 4 === 0 && append(`new ${step}.`))
    expect(rejected()).toEqual(['123.'])
    expect(arrived.size).toBe(499 + 200)
    expect(counters.delivered).toBe(499 + 200)
    const late = [...arrived].filter(
      ([name, at]) => name.startsWith('new') && at - 1000 > 10_000 + Number(name.slice(4, -1)) * 50,
    )
    expect(late).toEqual([])
    expect(queue.rejected.map(({ status }) => status)).toEqual([failure.status ?? 0])
    const ofSpans = warnings.filter((warning) => !warning.includes('available'))
    expect(ofSpans).toEqual([expect.stringContaining(`, ${words} for a span of `)])
  })

  it('does so in company of nine others', async () => {
    const isBad = (name: string) => /^\d*7\d\.$/.test(name) && Number(name.slice(0, -1)) % 5 === 0
    const { append, arrived, pass, rejected } = start((names) => (names.some(isBad) ? retry() : accepted), {
      concurrency,
    })
    const names = numbered(500)
    for (const name of names) await append(name)
    await pass(120_000, (step) => step % 20 === 0 && append(`new ${step}.`))
    expect(rejected().sort()).toEqual(names.filter(isBad).sort())
    expect(names.filter((name) => !isBad(name) && !arrived.has(name))).toEqual([])
  })

  it('is not rejected before others arrive', async () => {
    const { append, arrived, pass, rejected } = start(
      (names) => (names.includes('bad') ? retry() : accepted),
      { concurrency },
    )
    await append('bad')
    await pass(600_000)
    expect(rejected()).toEqual([])
    for (const name of numbered(20)) await append(name)
    await pass(120_000)
    expect(arrived.size).toBe(20)
    await pass(60_000)
    expect(rejected()).toEqual(['bad'])
  })
})

describe('an endpoint that takes no large requests', () => {
  it.each(failures)('and answers them with %s gets everything, with few failures', async (_, failure) => {
    const { append, arrived, counters, pass, rejected } = start(
      (names) => (names.length > 500 ? failure : accepted),
      { maxExportBatchSize: 2048 },
    )
    for (const name of numbered(6000)) await append(name.padEnd(100, '.'))
    await pass(60_000)
    expect(arrived.size).toBe(6000)
    expect(rejected()).toEqual([])
    expect(counters.retried).toBeLessThan(25)
  })
})

describe('a shutdown', () => {
  it('finds within 2 seconds which requests are small enough', async () => {
    const { append, arrived, clock, pass, queue, sender } = start(
      (names) => (names.length > 40 ? retry() : accepted),
      { maxExportBatchSize: 2048 },
    )
    // The longest pauses.
    clock.chance = 0.999
    await append(...numbered(2048))
    sender.hurry()
    const drained = sender.drain(queue.trackQueued(), 10_000, false, 2000)
    await pass(10_000)
    expect([await drained, arrived.size]).toEqual([0, 2048])
  })
})

describe('an outage', () => {
  it('does not lengthen the pauses while attempts get smaller', async () => {
    const { advance, answer, append, clock, requests } = startSender({ maxExportBatchSize: 8 })
    await append(...numbered(8))
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      await answer(retry())
      waits.push(...clock.waits)
      await advance(clock.waits[0] ?? 0)
    }
    const sizes = requests().map((names) => names.split('.').length - 1)
    expect(sizes).toEqual([8, 8, 8, 4, 2, 1, 1, 1, 1])
    expect(waits).toEqual([500, 1000, 2000, 2000, 2000, 2000, 4000, 8000])
  })

  it('of hours loses and rejects nothing, and ends with small requests that grow', async () => {
    const until = 5 * 3_600_000
    const { append, arrived, clock, counters, pass, rejected, sizes } = start((_, time) =>
      time < until ? retry() : accepted,
    )
    for (const name of numbered(3000)) await append(name)
    await pass(until)
    expect(rejected()).toEqual([])
    expect(counters).toMatchObject({ dropped: {} })
    const failed = counters.retried
    while (arrived.size === 0) await pass(1000)
    await pass(10_000)
    expect(arrived.size).toBe(3000)
    const after = sizes.slice(failed)
    expect(after[0]).toBeLessThan(10)
    expect(Math.max(...after)).toBe(500)
    expect(clock.time).toBeLessThan(until + 100_000)
  })
})

describe('an endpoint that fails at random', () => {
  it.each([0.01, 0.1, 0.3, 0.5])('with a chance of %d gets every span', async (chance) => {
    let seed = 12_345
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return (seed >>> 8) / 2 ** 24
    }
    for (const [size, concurrency] of [
      [1, 1],
      [8, 4],
      [64, 2],
      [500, 4],
    ] as const) {
      const { append, arrived, pass, rejected, queue } = start(
        () => (random() < chance ? retry() : accepted),
        {
          maxExportBatchSize: size,
          concurrency,
        },
      )
      const count = Math.min(3000, size * 60)
      for (let i = 0; i < count; i++) queue.appendSpans(`${i}.`)
      await append('last')
      for (let round = 0; round < 100 && arrived.size <= count; round++) await pass(20_000)
      expect([arrived.size, rejected()]).toEqual([count + 1, []])
    }
  })
})
