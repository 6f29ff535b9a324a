import { describe, expect, it } from 'vitest'
import { numbered, startInstant } from './support/instant.ts'
import { accepted, retry, settle } from './support/sender.ts'

/**
 * A sender for an endpoint that accepts all spans but one: with others, that one gets 502; alone, the endpoint asks to
 * wait before it is sent again. It has just done so.
 */
async function startAsked(afterMillis: number, status = 503) {
  const asked: number[] = []
  const started = startInstant((names, time) => {
    if (!names.includes('slow')) return accepted
    if (names.length > 1) return retry(undefined, 502)
    asked.push(time)
    return retry(afterMillis, status)
  })
  const { append, pass } = started
  await append(...numbered(10))
  await pass(1000)
  await append(...numbered(9, 'more '), 'slow')
  for (let step = 0; asked.length === 0; step++) {
    await append(`other ${step}.`)
    await pass(200)
  }
  // Its batch counts as a whole.
  return { ...started, asked, batch: started.queue.size.spans }
}

describe('a span that the endpoint asks to send later, while it accepts others', () => {
  it('is not sent earlier because a flush waits', async () => {
    const { asked, pass, queue, sender } = await startAsked(30_000)
    sender.drain(queue.trackQueued(), 100_000)
    await pass(29_000)
    expect(asked).toHaveLength(1)
    await pass(2000)
    expect(asked).toHaveLength(2)
  })

  it('is not sent earlier in a shutdown', async () => {
    const { asked, pass, queue, sender } = await startAsked(5000)
    sender.hurry()
    sender.drain(queue.trackQueued(), 10_000)
    await pass(4500)
    expect(asked).toHaveLength(1)
    await pass(1000)
    expect(asked).toHaveLength(2)
  })

  it('holds up no other one', async () => {
    const { append, arrived, asked, pass } = await startAsked(30_000)
    await append('later')
    await pass(1000)
    expect([arrived.has('later'), asked.length]).toEqual([true, 1])
  })

  it('ends a flush at once that waits for nothing else', async () => {
    const { append, asked, batch, pass, queue, sender } = await startAsked(30_000)
    const left = await sender.drain(queue.trackQueued(), 10_000)
    expect(left).toBe(batch)
    expect(sender.retryAfterMillis(left)).toBeGreaterThan(29_000)
    await append('later')
    const after: number[] = []
    sender.drain(queue.trackQueued(), 10_000).then((spans) => after.push(spans))
    await settle()
    expect(after).toEqual([])
    await pass(50)
    expect(after).toEqual([batch])
    expect(asked).toHaveLength(1)
  })

  it('ends a flush at once that waits for it when the endpoint asks for that', async () => {
    const { asked, batch, pass, queue, sender } = await startAsked(30_000)
    const left: number[] = []
    sender.drain(queue.trackQueued(), 40_000).then((spans) => left.push(spans))
    await pass(29_000)
    expect(left).toEqual([])
    await pass(2000)
    expect(asked).toHaveLength(2)
    expect(left).toEqual([batch])
  })

  it('is no reason of a flush that waits for others, too', async () => {
    const { append, queue, sender } = await startAsked(30_000)
    await append('later')
    sender.drain(queue.trackQueued(), 10)
    expect(sender.retryAfterMillis(queue.size.spans)).toBe(0)
  })

  it('is sent once more in a shutdown that has to be the last attempt', async () => {
    const { asked, batch, pass, queue, sender } = await startAsked(30_000)
    sender.hurry()
    sender.resetCircuit()
    const drained = sender.drain(queue.trackQueued(), 10_000)
    await pass(500)
    expect(await drained).toBe(batch)
    expect(asked).toHaveLength(2)
  })

  it('is forgotten with its wait when it is purged', async () => {
    const { append, arrived, pass, queue, sender } = await startAsked(30_000)
    sender.purge()
    queue.entries = []
    await append('later')
    expect(sender.retryAfterMillis(queue.size.spans)).toBe(0)
    sender.drain(queue.trackQueued(), 10_000)
    await pass(50)
    expect(arrived.has('later')).toBe(true)
  })

  it('does not keep a process that ends', async () => {
    const { asked, batch, queue, sender } = await startAsked(1000)
    expect(await sender.drain(queue.trackQueued(), 10_000, true)).toBe(batch)
    expect(asked).toHaveLength(1)
  })

  it('holds up all of them after 429, and a flush does not wait for that', async () => {
    const { append, arrived, batch, pass, queue, sender } = await startAsked(30_000, 429)
    expect(await sender.drain(queue.trackQueued(), 10_000)).toBe(batch)
    await append('later')
    await pass(10_000)
    expect(arrived.has('later')).toBe(false)
    await pass(30_000)
    expect(arrived.has('later')).toBe(true)
  })
})
