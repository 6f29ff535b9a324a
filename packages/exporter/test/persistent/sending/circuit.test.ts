import { describe, expect, it } from 'vitest'
import type { NaiveQueue } from './support/queue.ts'
import { accepted, rejected, retry, settle, startSender, tooLarge } from './support/sender.ts'

/** Delays the next lease of the queue until the returned function is called. */
function holdTake(queue: NaiveQueue): () => void {
  const take = queue.lease.bind(queue)
  let give = () => {}
  queue.lease = async (limits) => {
    queue.lease = take
    await new Promise<void>((resolve) => {
      give = resolve
    })
    return take(limits)
  }
  return () => give()
}

describe('an endpoint that does not answer', () => {
  it('is retried after waits that double up to a minute, with full jitter', async () => {
    const { advance, answer, append, clock, counters } = startSender({ maxExportBatchSize: 1 })
    const waits: number[] = []
    await append('a')
    for (let i = 0; i < 9; i++) {
      await answer(retry())
      waits.push(...clock.waits)
      await advance(clock.waits[0] ?? 0)
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
    expect(counters).toMatchObject({ requests: 10, retried: 9 })
    await answer(accepted)
    // The next failure counts as the first.
    clock.chance = 0.999
    await append('b')
    await answer(retry())
    expect(clock.waits).toEqual([999])
  })

  it('is retried however often it fails', async () => {
    const { advance, answer, append, clock, counters } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    for (let i = 0; i < 2000; i++) {
      await answer(retry())
      await advance(clock.waits[0] ?? 0)
    }
    await answer(accepted)
    expect(counters).toMatchObject({ requests: 2001, retried: 2000, delivered: 1 })
  })

  it('gets no request before the wait is over, whatever is appended', async () => {
    const { append, answer, clock, counters } = startSender({ maxExportBatchSize: 1, concurrency: 4 })
    await append('a')
    await answer(retry())
    for (let i = 0; i < 100; i++) await append('b')
    expect(counters.requests).toBe(1)
    expect(clock.timers.size).toBe(1)
  })

  it('gets one request at a time, and all of them after the first answer', async () => {
    const { advance, answer, append, requests } = startSender({ maxExportBatchSize: 1, concurrency: 3 })
    for (const name of ['a', 'b', 'c', 'd', 'e']) await append(name)
    for (const index of [0, 1, 2]) await answer(retry(), index)
    await advance(500)
    expect(requests()).toEqual(['a', 'b', 'c', 'a'])
    await advance(60_000)
    expect(requests()).toHaveLength(4)
    await answer(accepted)
    expect(requests().slice(4)).toEqual(['b', 'c', 'd'])
  })

  it('does not get the batch that the queue returns while it fails', async () => {
    const { advance, answer, append, requests, queue } = startSender({
      maxExportBatchSize: 1,
      concurrency: 2,
    })
    await append('a')
    const give = holdTake(queue)
    await append('b')
    await answer(retry(), 0)
    give()
    await settle()
    expect(requests()).toEqual(['a'])
    expect(queue.released).toBe(1)
    await advance(500)
    expect(requests()).toEqual(['a', 'a'])
  })

  it('does not get it either while another request is in flight', async () => {
    const { advance, answer, append, requests, queue } = startSender({
      maxExportBatchSize: 1,
      concurrency: 3,
    })
    await append('a')
    await append('b')
    const give = holdTake(queue)
    await append('c')
    await answer(retry(), 0)
    await advance(500)
    give()
    await settle()
    expect(requests()).toEqual(['a', 'b'])
    await answer(retry(), 1)
    expect(requests()).toEqual(['a', 'b', 'a'])
  })

  it('fails once, although several requests in flight fail', async () => {
    const { answer, append, clock } = startSender({ maxExportBatchSize: 1, concurrency: 3 })
    for (const name of ['a', 'b', 'c']) await append(name)
    for (const index of [0, 1, 2]) await answer(retry(), index)
    expect(clock.waits).toEqual([500])
  })

  it('has answered if it rejects something', async () => {
    const { advance, answer, append, requests } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    await append('b')
    await answer(retry())
    await advance(500)
    await answer(rejected())
    expect(requests()).toEqual(['a', 'a', 'b'])
  })
})

describe('Retry-After', () => {
  it('is the shortest wait, plus up to a second so that clients do not return all at once', async () => {
    const { advance, answer, append, clock, requests } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    await answer(retry(30_000))
    expect(clock.waits).toEqual([30_500])
    await advance(30_499)
    expect(requests()).toHaveLength(1)
    await advance(1)
    expect(requests()).toHaveLength(2)
  })

  it('is respected if it is longer than a timer of Node can be', async () => {
    const { advance, answer, append, requests } = startSender({ maxExportBatchSize: 1 })
    const year = 365 * 24 * 3_600_000
    await append('a')
    await answer(retry(year))
    await advance(year)
    expect(requests()).toHaveLength(1)
    await advance(500)
    expect(requests()).toHaveLength(2)
  })

  it.each([3_600_000, 999_999_999_000, Number.MAX_VALUE])(
    'of %s ms is shortened to the option',
    async (millis) => {
      const { advance, answer, append, requests } = startSender({
        maxExportBatchSize: 1,
        maxRetryAfterMillis: 300_000,
      })
      await append('a')
      await answer(retry(millis))
      await advance(300_499)
      expect(requests()).toHaveLength(1)
      await advance(1)
      expect(requests()).toHaveLength(2)
    },
  )

  it.each([0, undefined])('of %s is ignored: waits double', async (afterMillis) => {
    const { advance, answer, append, clock } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    await answer(retry(afterMillis))
    expect(clock.waits).toEqual([500])
    await advance(500)
    await answer(retry(afterMillis))
    expect(clock.waits).toEqual([1000])
  })

  it('is the longest one of several', async () => {
    const { answer, append, clock } = startSender({ maxExportBatchSize: 1, concurrency: 2 })
    for (const name of ['a', 'b']) await append(name)
    await answer(retry(30_000), 0)
    await answer(retry(1000), 1)
    expect(clock.waits).toEqual([30_500])
  })

  it('applies to the halves of a request in flight that is too large', async () => {
    const { advance, answer, append, requests, sender, queue } = startSender({
      maxExportBatchSize: 2,
      concurrency: 2,
    })
    await append('a', 'b')
    await append('c', 'd')
    const drained = sender.drain(queue.trackQueued(), 60_000)
    await answer(retry(30_000), 0)
    await answer(tooLarge, 1)
    await advance(30_499)
    expect(requests()).toEqual(['ab', 'cd'])
    await advance(1)
    expect(requests()).toEqual(['ab', 'cd', 'd', 'ab'])
    for (const index of [2, 3]) await answer(accepted, index)
    await answer(accepted)
    expect(await drained).toBe(0)
  })

  it('applies although an older request is answered meanwhile, and to postponed batches', async () => {
    const { advance, answer, append, requests } = startSender({ maxExportBatchSize: 1, concurrency: 2 })
    for (const name of ['a', 'b', 'c']) await append(name)
    await answer(retry(30_000), 0)
    await answer(accepted, 1)
    await advance(30_499)
    expect(requests()).toEqual(['a', 'b'])
    await advance(1)
    expect(requests()).toEqual(['a', 'b', 'a', 'c'])
  })
})
