import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import type { RetryAnswer } from '../../../src/persistent/sending/types.ts'
import { numbered, startInstant as start } from './support/instant.ts'
import { accepted, retry, startSender } from './support/sender.ts'

afterEach(() => diag.disable())

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

describe('an endpoint that fails all spans for a while, and answers empty requests', () => {
  it.each([1, 4])(
    'gets the span that failed before, too, with %i requests at a time',
    async (concurrency) => {
      let failed = 0
      let isOut = false
      const { append, arrived, pass, rejected } = start(
        (names) => {
          if (names.length === 0 || failed > 30) return accepted
          const isFirst = names.includes('first')
          if (isFirst && arrived.size > 0) isOut = true
          if (!isFirst && !isOut) return accepted
          failed++
          return retry()
        },
        { concurrency, maxExportBatchSize: 1 },
      )
      await append('first')
      for (const name of numbered(200)) {
        await append(name)
        await pass(500)
      }
      await pass(1_200_000)
      expect(isOut).toBe(true)
      expect(rejected()).toEqual([])
      expect(arrived.size).toBe(201)
    },
  )
})

describe('several spans that fail', () => {
  it('stay queued until others are accepted', async () => {
    const { append, arrived, pass, rejected } = start((names) =>
      names.some((name) => name.startsWith('bad')) ? retry() : accepted,
    )
    for (const name of ['0.', 'bad 1', 'bad 2', '3.']) await append(name)
    await pass(600_000)
    expect([...arrived.keys()].sort()).toEqual(['0.', '3.'])
    expect(rejected()).toEqual([])
    await pass(60_000, (step) => step % 20 === 0 && append(`new ${step}.`))
    expect(rejected().sort()).toEqual(['bad 1', 'bad 2'])
  })
})

describe('a span that is larger than other requests', () => {
  it.each([1, 4])('and fails holds nothing up, with %i requests at a time', async (concurrency) => {
    const large = 'large'.padEnd(5000, '.')
    const { append, arrived, pass, rejected } = start(
      (names) => (names.includes(large) ? retry() : accepted),
      { concurrency, maxRequestBytes: 4000 },
    )
    await append(large)
    for (const name of numbered(100)) await append(name)
    await pass(60_000, (step) => step % 20 === 0 && append(`new ${step}.`))
    expect(arrived.size).toBe(100 + 60)
    expect(rejected()).toEqual([large])
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
    clock.random = () => 0.999
    await append(...numbered(2048))
    sender.hurry()
    const drained = sender.drain(queue.trackQueued(), 10_000, false, 2000)
    await pass(10_000)
    expect([await drained, arrived.size]).toEqual([0, 2048])
  })

  it('finds a span that fails after few failures, which may be timeouts', async () => {
    const failed: number[] = []
    const { append, arrived, pass, queue, sender } = start(
      (names) => {
        if (!names.includes('777.')) return accepted
        failed.push(names.length)
        return failure('timeout')
      },
      { maxExportBatchSize: 2048 },
    )
    await append(...numbered(2048))
    sender.hurry()
    const drained = sender.drain(queue.trackQueued(), 10_000)
    await pass(10_000)
    await drained
    expect(arrived.size).toBe(2047)
    expect(failed.filter((spans) => spans > 1).length).toBeLessThanOrEqual(Math.log2(2048) / 2 + 2)
  })
})

describe('an outage', () => {
  it('does not lengthen the pauses while attempts get smaller', async () => {
    const { advance, answer, append, clock, requests } = startSender({ maxExportBatchSize: 8 })
    await append(...numbered(8))
    const waits: number[] = []
    for (let i = 0; i < 9; i++) {
      await answer(retry())
      waits.push(...clock.waits)
      await advance(clock.waits[0] ?? 0)
    }
    const sizes = requests().map((names) => names.split('.').length - 1)
    expect(sizes).toEqual([8, 8, 4, 4, 2, 2, 1, 1, 1, 1])
    expect(waits).toEqual([500, 1000, 1000, 1000, 1000, 1000, 1000, 2000, 4000])
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
