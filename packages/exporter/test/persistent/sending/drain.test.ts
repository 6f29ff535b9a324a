import { describe, expect, it } from 'vitest'
import { accepted, rejected, retry, settle, startSender } from './support/sender.ts'

describe('a drain', () => {
  it('sends all queued spans at once, and resolves when they are answered', async () => {
    const { answer, append, clock, requests, sender, queue } = startSender({ maxExportBatchSize: 2 })
    await append('a')
    queue.appendSpans('b')
    queue.appendSpans('c')
    const drained = sender.drain(queue.trackQueued(), 5000)
    await settle()
    await answer(accepted)
    await answer(accepted)
    expect(await drained).toBe(0)
    expect(requests()).toEqual(['ab', 'c'])
    expect(clock.waits.filter((wait) => wait > 1000)).toEqual([])
  })

  it('sets no timer of negative time, for which Node warns, although its time is over', async () => {
    const { append, clock, sender, queue } = startSender()
    await append('a')
    const drained = sender.drain(queue.trackQueued(), -0.5)
    clock.advance(1)
    expect(await drained).toBe(1)
  })

  it('of nothing resolves at once', async () => {
    const { clock, sender, queue } = startSender()
    expect(await sender.drain(queue.trackQueued(), 5000)).toBe(0)
    expect(clock.timers.size).toBe(0)
  })

  it('waits for requests in flight', async () => {
    const { answer, append, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    let left: number | undefined
    sender.drain(queue.trackQueued(), 5000).then((spans) => {
      left = spans
    })
    await settle()
    expect(left).toBeUndefined()
    await answer(accepted)
    expect(left).toBe(0)
  })

  it('keeps the process alive until then, and nothing else does', async () => {
    const { append, answer, clock, sender, queue, transport } = startSender()
    await append('a')
    expect(transport.keepsAlive).toBe(false)
    expect([...clock.timers].map(({ keepsAlive }) => keepsAlive)).toEqual([false])
    const drained = sender.drain(queue.trackQueued(), 5000)
    expect([...clock.timers].filter(({ keepsAlive }) => keepsAlive)).toHaveLength(1)
    expect(transport.keepsAlive).toBe(true)
    await settle()
    await answer(accepted)
    await drained
    expect([...clock.timers].filter(({ keepsAlive }) => keepsAlive)).toHaveLength(0)
    expect(transport).toMatchObject({ keepsAlive: false, aborted: [] })
  })

  it('that has timed out keeps the process alive no longer, unless another one waits', async () => {
    const { advance, append, sender, queue, transport } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    sender.drain(queue.trackQueued(), 1000)
    sender.drain(queue.trackQueued(), 2000)
    await advance(1000)
    expect(transport).toMatchObject({ keepsAlive: true, aborted: [] })
    await advance(1000)
    expect(transport).toMatchObject({ keepsAlive: false, aborted: ['connecting'] })
    sender.drain(queue.trackQueued(), 1000, true)
    await advance(1000)
    expect(transport).toMatchObject({ keepsAlive: false, aborted: ['connecting', 'all'] })
  })

  it('with patience gives up when the endpoint has answered nothing for so long', async () => {
    const { advance, append, sender, queue, transport } = startSender()
    await append('a')
    let left: number | undefined
    sender.drain(queue.trackQueued(), 10_000, false, 2000).then((spans) => {
      left = spans
    })
    await advance(1999)
    expect(left).toBeUndefined()
    await advance(1)
    expect(left).toBe(1)
    expect(transport.keepsAlive).toBe(false)
  })

  it('with patience goes on as long as answers come, until its deadline', async () => {
    const { advance, answer, sender, queue } = startSender({ maxExportBatchSize: 1 })
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) queue.appendSpans(name)
    let left: number | undefined
    sender.drain(queue.trackQueued(), 10_000, false, 2000).then((spans) => {
      left = spans
    })
    for (let time = 0; time < 9000; time += 1800) {
      await settle()
      expect(left).toBeUndefined()
      await advance(1800)
      await answer(accepted)
    }
    expect(left).toBeUndefined()
    await advance(1000)
    expect(left).toBe(2)
  })

  it.each([
    ['asks to retry', () => retry()],
    ['cannot be reached', () => retry(undefined, undefined)],
  ])('with patience gives up in the same time when the endpoint %s', async (_, fail) => {
    const { advance, answer, append, sender, queue } = startSender()
    await append('a')
    let left: number | undefined
    sender.drain(queue.trackQueued(), 10_000, false, 2000).then((spans) => {
      left = spans
    })
    await settle()
    for (let time = 0; time < 1900; time += 100) {
      await advance(100)
      await answer(fail())
    }
    expect(left).toBeUndefined()
    await advance(100)
    expect(left).toBe(1)
  })

  it('resolves at its deadline to how many spans are left', async () => {
    const { advance, answer, append, sender, queue } = startSender({ maxExportBatchSize: 2 })
    for (const name of ['a', 'b', 'c']) queue.appendSpans(name)
    let left: number | undefined
    sender.drain(queue.trackQueued(), 5000).then((spans) => {
      left = spans
    })
    await append('d')
    await answer(accepted)
    await advance(4999)
    expect(left).toBeUndefined()
    await advance(1)
    expect(left).toBe(1)
  })

  it('sends at once although the endpoint has failed, and retries after short waits', async () => {
    const { advance, answer, append, clock, requests, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    for (let i = 0; i < 8; i++) {
      await answer(retry())
      if (i < 7) await advance(clock.waits[0] ?? 0)
    }
    const before = requests().length
    const drained = sender.drain(queue.trackQueued(), 10_000)
    await settle()
    expect(requests()).toHaveLength(before + 1)
    const waits: (number | undefined)[] = []
    for (let i = 0; i < 6; i++) {
      await answer(retry())
      waits.push(clock.waits[0])
      await advance(clock.waits[0] ?? 0)
    }
    expect(waits).toEqual([75, 150, 300, 600, 750, 750])
    // A later drain is expedited as much, and no more.
    const later = sender.drain(queue.trackQueued(), 10_000)
    await answer(retry())
    expect(clock.waits[0]).toBe(750)
    await advance(750)
    await answer(accepted)
    expect(await Promise.all([drained, later])).toEqual([0, 0])
  })

  it.each([
    // After 75 ms, 150, 300, 600, and then every 750.
    [10_000, 12],
    // No later than after half of the time that there is, and no more often than every 100 ms.
    [300, 42],
    [10, 62],
  ])(
    'of %i ms after many others does not send all the time until there was an answer',
    async (millis, most) => {
      const { advance, answer, append, requests, sender, queue } = startSender({ maxExportBatchSize: 1 })
      await append('a')
      await answer(retry())
      const flushes = async (count: number) => {
        const before = requests().length
        let answered = before
        for (let i = 0; i < count; i++) {
          sender.drain(queue.trackQueued(), millis)
          await settle()
          if (requests().length > answered) await answer(retry())
          answered = requests().length
          await advance(10)
        }
        return answered - before
      }
      expect(await flushes(1)).toBe(1)
      const asked = await flushes(600)
      expect(asked).toBeLessThanOrEqual(most)
      expect(asked).toBeGreaterThan(8)
      // After a while without a drain, a request starts at once.
      await advance(11_000)
      if (requests().length > asked + 2) await answer(retry())
      await advance(1000)
      expect(await flushes(1)).toBe(1)
    },
  )

  it('that is the last may send once more, whatever happened before', async () => {
    const { answer, append, requests, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    await answer(retry())
    sender.drain(queue.trackQueued(), 1000)
    await settle()
    await answer(retry())
    sender.resetCircuit()
    sender.drain(queue.trackQueued(), 1000)
    await settle()
    expect(requests()).toHaveLength(3)
  })

  it('in a shutdown never waits longer than 250 ms by itself', async () => {
    const { advance, answer, append, clock, sender, queue } = startSender({ maxExportBatchSize: 1 })
    clock.random = () => 0.999
    await append('a')
    sender.hurry()
    sender.drain(queue.trackQueued(), 10_000)
    await settle()
    for (let i = 0; i < 8; i++) {
      await answer(retry())
      expect(clock.waits[0]).toBeLessThanOrEqual(250)
      await advance(clock.waits[0] ?? 0)
    }
  })

  it('sends nothing before the time in Retry-After', async () => {
    const { advance, answer, append, requests, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    await answer(retry(3000))
    const drained = sender.drain(queue.trackQueued(), 10_000)
    await advance(3499)
    expect(requests()).toHaveLength(1)
    await advance(1)
    await answer(accepted)
    expect(await drained).toBe(0)
  })

  it('ends at once when the endpoint has asked to wait longer, also during the drain', async () => {
    const { answer, append, requests, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    const drained = sender.drain(queue.trackQueued(), 10_000)
    await answer(retry(30_000))
    expect(await drained).toBe(1)
    expect(await sender.drain(queue.trackQueued(), 10_000)).toBe(1)
    expect(sender.retryAfterMillis(1)).toBe(30_500)
    // This one lasts longer.
    const longer = sender.drain(queue.trackQueued(), 40_000)
    expect(requests()).toHaveLength(1)
    sender.close()
    expect(await longer).toBe(1)
  })

  it('with patience ends at once when the endpoint has asked to wait longer than that', async () => {
    const { advance, answer, append, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    let left: number | undefined
    sender.drain(queue.trackQueued(), 10_000, false, 2000).then((spans) => {
      left = spans
    })
    await answer(retry(1000))
    expect(left).toBeUndefined()
    await advance(1500)
    await answer(retry(1000))
    expect(left).toBe(1)
    expect(await sender.drain(queue.trackQueued(), 10_000, false, 1000)).toBe(1)
  })

  it('until a failure ends at the first one, and the usual waits follow', async () => {
    const { advance, answer, append, clock, requests, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    await append('b')
    const drained = sender.drain(queue.trackQueued(), 10_000, true)
    await answer(accepted)
    await answer(retry())
    expect(await drained).toBe(1)
    await advance(clock.waits[0] ?? 0)
    await answer(retry())
    expect(clock.waits).toEqual([1000])
    const again = sender.drain(queue.trackQueued(), 10_000, true)
    await settle()
    expect(requests()).toEqual(['a', 'b', 'b', 'b'])
    await answer(retry(60_000))
    expect(await again).toBe(1)
    // No request may start, so there is nothing to wait for.
    expect(await sender.drain(queue.trackQueued(), 10_000, true)).toBe(1)
  })

  it('notices that the queue has dropped spans', async () => {
    const { append, sender, queue } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    queue.appendSpans('b')
    const marked = queue.trackQueued()
    const drained = sender.drain(() => (queue.entries.length > 2 ? 0 : marked()), 10_000)
    await append('c')
    expect(await drained).toBe(0)
  })
})

describe('a queue or an observer that throws although it must not', () => {
  const fail = () => {
    throw new Error('a secret')
  }

  it('costs an attempt, and the next one works', async () => {
    const { advance, answer, append, clock, counters, queue } = startSender({ maxExportBatchSize: 1 })
    const take = queue.lease.bind(queue)
    queue.lease = async () => fail()
    await append('a')
    queue.lease = take
    await advance(clock.waits[0] ?? 0)
    await answer(accepted)
    expect(counters).toMatchObject({ delivered: 1, requests: 1 })
  })

  it('returns the lease for a later attempt', async () => {
    const observer = { sent: fail, answered: () => {} }
    const { advance, answer, append, clock, queue } = startSender({ maxExportBatchSize: 1 }, observer)
    await append('a')
    expect(queue).toMatchObject({ out: 0, released: 1 })
    observer.sent = (() => {}) as never
    await advance(clock.waits[0] ?? 0)
    await answer(accepted)
    expect(queue.entries).toEqual([])
  })
})

describe('a closed sender', () => {
  it('returns its leases, leaves no timer, ends drains, and sends nothing more', async () => {
    const { advance, answer, append, clock, counters, requests, sender, queue, transport } = startSender({
      maxExportBatchSize: 1,
      concurrency: 2,
    })
    for (const name of ['a', 'b', 'c']) await append(name)
    const drained = sender.drain(queue.trackQueued(), 10_000)
    sender.close()
    sender.close()
    expect(queue).toMatchObject({ out: 0, released: 2 })
    expect(await drained).toBe(3)
    expect(transport.isClosed).toBe(true)
    expect(clock.timers.size).toBe(0)
    await answer(accepted, 0)
    await answer(retry(), 1)
    await append('d')
    await advance(100_000)
    expect(requests()).toEqual(['a', 'b'])
    expect(counters).toMatchObject({ delivered: 0, requests: 2, retried: 0 })
    expect(await sender.drain(queue.trackQueued(), 10_000)).toBe(4)
    expect(clock.timers.size).toBe(0)
  })

  it('does not wait for a batch to fill', async () => {
    const { append, clock, sender } = startSender()
    await append('a')
    expect(clock.timers.size).toBe(1)
    sender.close()
    expect(clock.timers.size).toBe(0)
  })

  it('returns a lease that the queue is just granting, and postponed ones', async () => {
    const { append, answer, sender, queue } = startSender({ maxExportBatchSize: 2 })
    await append('a', 'b')
    await answer({ kind: 'too-large' })
    await answer(accepted)
    await answer(retry())
    expect(queue.out).toBe(1)
    await sender.close()
    expect(queue.out).toBe(0)
    // The other one is in the endpoint.
    expect(queue.entries).toMatchObject([{ spans: 1, isTaken: false }])

    const other = startSender({ maxExportBatchSize: 1 })
    other.queue.appendSpans('c')
    other.sender.wake()
    other.sender.close()
    await settle()
    expect(other.queue).toMatchObject({ out: 0, released: 1 })
    expect(other.requests()).toEqual([])
  })

  it('does not give back what was purged meanwhile', async () => {
    const { append, answer, counters, sender, queue } = startSender({ maxExportBatchSize: 2 })
    await append('a', 'b')
    await answer({ kind: 'too-large' })
    await answer(accepted)
    expect(sender.purge()).toBe(0)
    await sender.close()
    expect(queue.entries).toEqual([])
    expect(counters).toMatchObject({ delivered: 1, dropped: { purged: 1 } })
  })

  it('waits for an answered batch whose rejected spans are being kept', async () => {
    const { append, sender, queue, transport } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    let finish = () => {}
    let letters = 0
    queue.deadLetter = () =>
      new Promise((resolve) => {
        letters++
        finish = () => resolve(() => {})
      })
    await transport.posted[0]?.answer(rejected())
    let isClosed = false
    const closed = sender.close().then(() => {
      isClosed = true
    })
    await settle()
    expect([queue.out, isClosed]).toEqual([1, false])
    finish()
    await closed
    expect([letters, queue.out, queue.entries, sender.spansInRequests]).toEqual([1, 0, [], 0])
  })
})
