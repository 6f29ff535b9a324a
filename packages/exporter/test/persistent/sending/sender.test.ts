import { context, DiagLogLevel, diag } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import { accepted, rejected, retry, settle, startSender, tooLarge } from './support/sender.ts'

afterEach(() => {
  diag.disable()
  context.disable()
})

describe('a batch', () => {
  it('is sent when it is full', async () => {
    const { append, requests } = startSender({ maxExportBatchSize: 3 })
    await append('a', 'b')
    expect(requests()).toEqual([])
    await append('c')
    expect(requests()).toEqual(['abc'])
  })

  it('is sent when its first span has waited long enough, and no earlier', async () => {
    const { advance, append, requests } = startSender({ scheduledDelayMillis: 500 })
    await append('a')
    await advance(300)
    await append('b')
    await advance(199)
    expect(requests()).toEqual([])
    await advance(1)
    expect(requests()).toEqual(['ab'])
  })

  it('that waits while another is in flight waits no longer than that', async () => {
    const { advance, answer, append, requests } = startSender({ concurrency: 2, scheduledDelayMillis: 500 })
    await append('a')
    await advance(500)
    await append('b')
    await advance(499)
    expect(requests()).toEqual(['a'])
    await advance(1)
    expect(requests()).toEqual(['a', 'b'])
    await answer(accepted, 0)
    await append('c')
    await advance(500)
    expect(requests()).toEqual(['a', 'b', 'c'])
  })

  it('that is answered is removed and counted, and the next one is sent in its time', async () => {
    const { advance, answer, append, counters, requests, queue } = startSender()
    await append('a')
    await advance(1000)
    await append('b')
    await advance(2000)
    expect(requests()).toEqual(['a'])
    await answer(accepted)
    expect(counters).toMatchObject({ delivered: 1, requests: 2, retried: 0 })
    expect(requests()).toEqual(['a', 'b'])
    await answer(accepted)
    expect(queue.entries).toEqual([])
    expect(counters).toMatchObject({ delivered: 2, requests: 2, dropped: {} })
  })

  it('of another format is sent in that format', async () => {
    const { advance, sender, queue, transport, answer } = startSender()
    queue.offerAs('json', { body: Buffer.from('a\n'), spans: 1 })
    queue.appendSpans('b')
    sender.wake()
    await advance(1000)
    await answer(accepted)
    expect(transport.posted.map(({ format, names }) => [format, ...names])).toEqual([
      ['json', 'a'],
      ['protobuf', 'b'],
    ])
  })

  it('is one of at most as many in flight as allowed', async () => {
    const { append, requests, answer, transport } = startSender({ concurrency: 2, maxExportBatchSize: 1 })
    for (const name of ['a', 'b', 'c', 'd']) await append(name)
    expect(requests()).toEqual(['a', 'b'])
    await answer(accepted, 1)
    expect(requests()).toEqual(['a', 'b', 'c'])
    expect(transport.mostInFlight).toBe(2)
  })

  it('is leased one after the other, also when many spans end at once', async () => {
    const { requests, sender, queue } = startSender({ concurrency: 2, maxExportBatchSize: 1 })
    // This queue does not grant two leases at the same time.
    for (const name of ['a', 'b', 'c']) {
      queue.appendSpans(name)
      sender.wake()
    }
    await settle()
    expect(requests()).toEqual(['a', 'b'])
  })

  it('is leased later if the queue grants no lease yet', async () => {
    const { append, requests, answer, clock } = startSender(
      { concurrency: 3, maxExportBatchSize: 1 },
      undefined,
      1,
    )
    await append('a')
    await append('b')
    expect(requests()).toEqual(['a'])
    // The sender tries again later, and not all the time.
    expect(clock.waits).toEqual([100])
    await answer(accepted)
    expect(requests()).toEqual(['a', 'b'])
  })

  it('is not traced, and does not run in the context of the code that ended a span', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const { advance, answer, append, transport, sender, queue } = startSender({ maxExportBatchSize: 2 })
    await append('a', 'b')
    await answer(accepted)
    await append('c')
    await advance(1000)
    await answer(accepted)
    queue.appendSpans('d')
    const drained = sender.drain(queue.trackQueued(), 1000)
    await settle()
    await answer(accepted)
    expect(await drained).toBe(0)
    expect(transport.posted.map(({ isTraced }) => isTraced)).toEqual([false, false, false])
  })

  it('is a failure, and no more, if the transport rejects although it must not', async () => {
    const { append, counters, transport, queue } = startSender({ maxExportBatchSize: 1 })
    transport.post = () => Promise.reject(new RangeError('broken'))
    await append('a')
    expect(counters.retried).toBe(1)
    expect(queue.entries).toHaveLength(1)
  })
})

/** What is logged as warnings, and at debug level. */
function collectAll() {
  const warnings: string[] = []
  const details: string[] = []
  const warn = (...parts: unknown[]) => warnings.push(parts.join(' '))
  const debug = (...parts: unknown[]) => {
    if (String(parts[1]).startsWith('the endpoint')) details.push(parts.join(' '))
  }
  const logger = { error() {}, warn, info() {}, debug, verbose() {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.DEBUG, suppressOverrideMessage: true })
  return { warnings, details }
}

describe('a partial success', () => {
  it('counts the rejected spans as dropped, and is logged once, its message at debug level and shortened', async () => {
    const { warnings, details } = collectAll()
    const { answer, append, counters, queue } = startSender({ maxExportBatchSize: 3 })
    await append('a', 'b', 'c')
    await answer({ kind: 'accepted', status: 200, rejectedSpans: 2, message: `too\nold ${'x'.repeat(300)}` })
    expect(counters).toMatchObject({ delivered: 1, dropped: { 'partial-success': 2 } })
    await append('d', 'e', 'f')
    // More than were sent.
    await answer({ kind: 'accepted', status: 200, rejectedSpans: 9, message: 'again' })
    expect(counters).toMatchObject({ delivered: 1, dropped: { 'partial-success': 5 } })
    expect(queue.entries).toEqual([])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/rejected 2 spans of it \(logged once\)$/)
    expect(details).toEqual([
      expect.stringContaining(`the endpoint answered: too old ${'x'.repeat(192)}…`),
      expect.stringContaining('the endpoint answered: again'),
    ])
  })

  it('that is a warning is logged, and nothing is lost', async () => {
    const warnings = collectWarnings()
    const { answer, append, counters } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    await answer({ kind: 'accepted', status: 200, rejectedSpans: 0, message: 'slow down' })
    expect(counters).toMatchObject({ delivered: 1, dropped: {} })
    expect(warnings).toEqual([expect.stringMatching(/with a warning \(logged once\)$/)])
  })
})

describe('rejected spans', () => {
  it('are kept, logged once for each status with what to do, and the next batch is sent at once', async () => {
    const { warnings, details } = collectAll()
    const { answer, append, counters, requests, queue } = startSender({ maxExportBatchSize: 1 })
    const statuses = [401, 401, 404, 302, 500]
    for (const [i, status] of statuses.entries()) {
      await append(`${i}`)
      await answer(rejected(status, 'words'))
    }
    expect(requests()).toEqual(['0', '1', '2', '3', '4'])
    expect(queue.rejected.map(({ names, spans, status }) => [names.join(''), spans, status])).toEqual(
      statuses.map((status, i) => [`${i}`, 1, status]),
    )
    expect(queue.entries).toEqual([])
    expect(counters).toMatchObject({ delivered: 0, retried: 0, dropped: {} })
    expect(warnings).toHaveLength(4)
    for (const warning of warnings) expect(warning).toContain('redeliver()')
    expect(warnings[0]).toContain('with status 401; rejected spans are kept')
    expect(warnings.join()).not.toContain('words')
    expect(details).toHaveLength(5)
    expect(warnings[0]).toContain('option headers')
    expect(warnings[1]).toContain('option url')
    expect(warnings[2]).toContain('Redirects')
  })
})

describe('a request that is too large', () => {
  it('is sent in halves, and a span that is too large alone is kept as rejected', async () => {
    const { append, counters, requests, queue, transport } = startSender({ maxExportBatchSize: 4 })
    await append('a', 'b')
    await append('c', 'D')
    for (let i = 0; i < 10 && transport.inFlight > 0; i++) {
      const last = transport.posted.at(-1)
      const isTooLarge = last?.names.includes('D') || (last?.names.length ?? 0) > 2
      await last?.answer(isTooLarge ? tooLarge : accepted)
    }
    expect(requests()).toEqual(['abcD', 'ab', 'cD', 'c', 'D'])
    expect(queue.rejected).toEqual([{ names: ['D'], spans: 1, status: 413 }])
    expect(queue.entries).toEqual([])
    expect(counters).toMatchObject({ delivered: 3, requests: 5, retried: 0 })
  })

  it('and unreadable is kept as rejected', async () => {
    const { answer, append, counters, queue } = startSender({ maxExportBatchSize: 2 })
    await append('unreadable', 'a')
    await answer(tooLarge)
    expect(queue.rejected).toEqual([{ names: ['unreadable', 'a'], spans: 2, status: 413 }])
    expect(counters.delivered).toBe(0)
  })

  it('is not sent again if one part was accepted and a later part has to wait', async () => {
    const { advance, answer, append, clock, counters, requests, queue } = startSender({
      maxExportBatchSize: 4,
    })
    await append('a', 'b', 'c', 'd')
    await answer(tooLarge)
    await answer(accepted)
    await answer(retry())
    expect(requests()).toEqual(['abcd', 'ab', 'cd'])
    expect(queue).toMatchObject({ out: 1, released: 0 })
    expect(counters.delivered).toBe(0)
    await append('e', 'f', 'g', 'h')
    expect(clock.waits).toEqual([500])
    await advance(500)
    expect(requests().slice(3)).toEqual(['cd'])
    await answer(accepted)
    expect(requests().slice(3)).toEqual(['cd', 'efgh'])
    expect(counters.delivered).toBe(4)
  })

  it('returns its lease if no part was answered', async () => {
    const { advance, answer, append, requests, queue } = startSender({ maxExportBatchSize: 2 })
    await append('a', 'b')
    await answer(tooLarge)
    await answer(retry())
    expect(queue).toMatchObject({ out: 0, released: 1 })
    await advance(500)
    expect(requests()).toEqual(['ab', 'a', 'ab'])
  })

  it('teaches how large a request may be, once a smaller one was accepted', async () => {
    const { advance, answer, append, requests, sender } = startSender({ maxExportBatchSize: 4 })
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => name.repeat(20_000)) as [
      string,
      string,
      string,
      string,
    ]
    const short = () => requests().map((names) => names.replace(/(.)\1*/g, '$1'))
    const appendAll = async () => {
      for (const name of [a, b, c, d]) await append(name)
    }
    await appendAll()
    await answer(tooLarge)
    expect(sender.maxRequestBytes).toBe(4 * 1024 * 1024)
    await answer(accepted)
    await answer(accepted)
    expect(short()).toEqual(['abcd', 'ab', 'cd'])
    expect(sender.maxRequestBytes).toBe((4 * 20_001) / 2)
    await appendAll()
    await answer(accepted)
    await advance(1000)
    await answer(accepted)
    expect(short().slice(3)).toEqual(['ab', 'cd'])
  })

  it('teaches nothing if nothing is ever accepted, and never to send tiny requests', async () => {
    const { answer, append, requests } = startSender({ maxExportBatchSize: 2 })
    await append('a')
    await append('b')
    await answer(tooLarge)
    await answer(tooLarge)
    await answer(tooLarge)
    await append('c')
    await append('d')
    expect(requests()).toEqual(['ab', 'a', 'b', 'cd'])
    await answer(tooLarge)
    await answer(accepted)
    await answer(accepted)
    await append('e')
    await append('f')
    expect(requests().slice(4)).toEqual(['c', 'd', 'ef'])
  })
})

describe('an observer', () => {
  it('gets each request and its answer', async () => {
    const seen: unknown[][] = []
    const observer = {
      sent: (...of: unknown[]) => void seen.push(['sent', ...of]),
      answered: (...of: unknown[]) => void seen.push(['answered', ...of]),
    }
    const { advance, answer, append, clock } = startSender({ maxExportBatchSize: 2 }, observer)
    await append('a', 'b')
    clock.time += 7
    await answer(retry(undefined, 429))
    await advance(500)
    await answer(tooLarge)
    await answer(rejected(400))
    await answer(accepted)
    expect(seen).toEqual([
      ['sent', 2],
      ['answered', 2, 7, '429', 429, 0],
      ['sent', 2],
      ['answered', 2, 0, '413', 413, 0],
      ['sent', 1],
      ['answered', 1, 0, '400', 400, 0],
      ['sent', 1],
      ['answered', 1, 0, undefined, 200, 0],
    ])
  })
})
