import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/persistent/sending/types.ts'
import { accepted, rejected, retry, settle, startSender, tooLarge } from './support/sender.ts'

/** Answers by the names of the spans of a request, which may have none. */
type Reply = (names: readonly string[]) => Answer

/** Sends a batch of eight spans until so many requests are answered, or pauses over, and purges then. */
async function purgeAfter(steps: number, reply: Reply) {
  const { advance, append, clock, counters, queue, sender, transport } = startSender({
    maxExportBatchSize: 8,
  })
  const { posted } = transport
  const delivered = new Set<string>()
  let answered = 0
  const answerNext = async () => {
    const { names, answer } = posted[answered++] as (typeof posted)[number]
    const answerOfNames = reply(names)
    if (answerOfNames.kind === 'accepted') for (const name of names) delivered.add(name)
    await answer(answerOfNames)
  }
  await append(...'abcdefgh')
  for (let step = 0; step < steps; step++) {
    if (posted.length > answered) await answerNext()
    else await advance(clock.waits[0] ?? 0)
  }
  const settledBefore = queue.size.spans === 0
  const deliveredBefore = delivered.size
  const inFlight = posted.length > answered ? (posted.at(-1)?.names.length ?? 0) : 0
  const free = queue.entries.filter(({ isTaken }) => !isTaken)
  queue.entries = queue.entries.filter(({ isTaken }) => isTaken)
  const ofQueue = free.reduce((sum, { spans }) => sum + spans, 0)
  const purged = ofQueue + sender.purge()
  const before = { requests: posted.length, again: sender.purge(), queued: queue.size.spans }
  if (posted.length > answered) await answerNext()
  await advance(1_000_000)
  return {
    ...{ before, counters, delivered, deliveredBefore, inFlight, ofQueue, posted, purged, queue, sender },
    settledBefore,
  }
}

const REPLIES: [string, Reply][] = [
  ['rejects some spans', (names) => (names.includes('c') || names.includes('h') ? rejected() : accepted)],
  ['refuses everything but single spans', ({ length }) => (length === 1 ? accepted : rejected(403))],
  [
    'refuses a span, and empty requests',
    (names) => (names[0] === 'c' || names.length !== 1 ? rejected(401) : accepted),
  ],
  ['finds requests too large', ({ length }) => (length > 2 ? tooLarge : accepted)],
  ['fails for a span', (names) => (names.includes('c') ? retry(undefined, 502) : accepted)],
  ['is unavailable', () => retry()],
]

describe('a purge at any moment while a batch is sent to an endpoint that', () => {
  it.each(REPLIES)('%s lets no further request start, and counts each span once', async (_, reply) => {
    for (let steps = 0; steps < 40; steps++) {
      const purge = await purgeAfter(steps, reply)
      if (purge.settledBefore) continue
      const { before, counters, delivered, deliveredBefore, inFlight, ofQueue, posted, queue, sender } = purge
      expect(posted.length).toBe(before.requests)
      expect(purge.purged).toBe(8 - deliveredBefore - inFlight)
      expect(before.again).toBe(0)
      if (inFlight === 0) expect(before.queued).toBe(0)
      expect([counters.delivered, queue.rejected]).toEqual([delivered.size, []])
      expect((counters.dropped.purged ?? 0) + ofQueue).toBe(8 - delivered.size)
      expect([queue.size.spans, queue.out, sender.spansInRequests]).toEqual([0, 0, 0])
    }
  })
})

describe('a purge', () => {
  it('ends flushes that wait for what is purged', async () => {
    const { append, answer, queue, sender } = startSender({ maxExportBatchSize: 2 })
    await append('a', 'b')
    await answer(tooLarge)
    await answer(accepted)
    await answer(retry(60_000))
    const drained = sender.drain(queue.trackQueued(), 100_000)
    expect(sender.purge()).toBe(1)
    expect(await drained).toBe(0)
  })

  it('stops a batch that the queue is just granting', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { counters, queue, requests, sender } = startSender({ maxExportBatchSize: 1 })
      queue.appendSpans('a')
      sender.wake()
      for (let turn = 0; turn < turns; turn++) await null
      if (requests().length > 0) continue
      queue.lapsed = 'purged'
      sender.purge()
      await settle()
      expect(requests()).toEqual([])
      expect(counters).toMatchObject({ delivered: 0, dropped: { purged: 1 } })
      expect([queue.size.spans, sender.spansInRequests]).toEqual([0, 0])
    }
  })

  it('counts a batch once that is answered just before the sender is closed', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const { append, counters, queue, sender, transport } = startSender({ maxExportBatchSize: 2 })
      await append('a', 'b')
      sender.purge()
      void transport.posted[0]?.answer(rejected())
      for (let turn = 0; turn < turns; turn++) await null
      await sender.close()
      expect(counters).toMatchObject({ delivered: 0, dropped: { purged: 2 } })
      expect([queue.size.spans, queue.rejected]).toEqual([0, []])
    }
  })

  it('lets new spans be sent at once', async () => {
    const { append, answer, requests, sender } = startSender({ maxExportBatchSize: 2 })
    await append('a', 'b')
    await answer(tooLarge)
    sender.purge()
    await append('c', 'd')
    await answer(accepted)
    expect(requests()).toEqual(['ab', 'a', 'cd'])
  })
})
