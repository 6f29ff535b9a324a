import { context, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { langfuse } from '@otel-sessions/exporter/backends'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { plainSpan } from './encoder/support/plain-span.ts'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { expectAccounted, letTimeWait, startDelivery, temporaryFolder } from './support.ts'

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
})
beforeEach(letTimeWait)

const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `span ${from + index}`)
const sorted = (names: readonly string[]) => names.toSorted()

for (const mode of ['in memory', 'with a journal'] as const) {
  const place = () => (mode === 'in memory' ? {} : { directory: temporaryFolder() })

  test(`${mode}: a flush resolves when the endpoint has all spans that ended before it`, async () => {
    const { url, names } = await startEndpoint()
    const { end, provider, processor } = startDelivery({ url, ...place() })
    end(...many(1000))
    await provider.forceFlush()
    expect(sorted(names())).toEqual(sorted(many(1000)))
    expect(processor.stats()).toMatchObject({
      ended: 1000,
      delivered: 1000,
      dropped: {},
      queued: { spans: 0, bytes: 0, oldestAgeMillis: 0 },
      buffered: 0,
      isOnDisk: mode === 'with a journal',
    })
  })

  test(`${mode}: ended spans are sent without a flush`, async () => {
    let arrived = () => {}
    const arrives = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { url, names } = await startEndpoint((response, received) => {
      ok(response, received)
      arrived()
    })
    startDelivery({ url, scheduledDelayMillis: 10, ...place() }).end('one')
    await arrives
    expect(names()).toEqual(['one'])
  })

  test(`${mode}: a flush during an outage rejects with the number of spans that are left, and a later one sends them`, async () => {
    const { url, names, answer } = await startEndpoint((response) => response.writeHead(503).end())
    const { end, processor } = startDelivery({ url, exportTimeoutMillis: 1500, ...place() })
    end(...many(100))
    await expect(processor.forceFlush()).rejects.toThrow('forceFlush: 100 spans not delivered within 1500 ms')
    expectAccounted(processor)
    answer(ok)
    const before = names().length
    await processor.forceFlush()
    expect(sorted(names().slice(before))).toEqual(sorted(many(100)))
    expect(processor.stats()).toMatchObject({ delivered: 100, dropped: {} })
    expect(processor.stats().retried).toBeGreaterThan(0)
    expectAccounted(processor)
  })

  test(`${mode}: rejected spans are kept, a flush rejects with their number, and redeliver sends them again`, async () => {
    const { url, names, answer } = await startEndpoint((response) =>
      response.writeHead(401).end('who are you?'),
    )
    const { end, processor } = startDelivery({ url, ...place() })
    end(...many(10))
    await expect(processor.forceFlush()).rejects.toThrow('10 rejected (kept)')
    expect(processor.stats()).toMatchObject({ rejected: 10, delivered: 0, dropped: {} })
    expectAccounted(processor)
    answer(ok)
    expect(await processor.redeliver()).toBe(10)
    await processor.forceFlush()
    expect(sorted(names())).toEqual(sorted([...many(10), ...many(10)]))
    expect(processor.stats()).toMatchObject({ rejected: 10, redelivered: 10, delivered: 10 })
    expectAccounted(processor)
  })

  test(`${mode}: a flush rejects at once if the endpoint has asked to wait longer than it may take`, async () => {
    const { url, requests } = await startEndpoint((response) =>
      response.writeHead(503, { 'retry-after': '999999999' }).end(),
    )
    const { end, processor } = startDelivery({ url, ...place() })
    end('a')
    // Some of the 300 s may have passed, and a random second is added.
    const why = /^forceFlush: 1 span not delivered because the endpoint has asked to wait (?:2\d\d|30[01]) s/
    await expect(processor.forceFlush()).rejects.toThrow(why)
    await expect(processor.forceFlush()).rejects.toThrow(why)
    expect(requests).toHaveLength(1)
  })

  test(`${mode}: sessions are validated before encoding`, async () => {
    const { url, requests } = await startEndpoint()
    const session = { backends: [langfuse] }
    const { tracer, processor } = startDelivery({ url, session, ...place() }, [new SessionSpanProcessor()])
    usingSession('conv_1', () => tracer.startSpan('explicit').end())
    tracer.startSpan('by alias', { attributes: { thread_id: 'conv_2' } }).end()
    tracer.startSpan('invalid', { attributes: { 'session.id': 'x'.repeat(300) } }).end()
    await processor.forceFlush()
    const exported = requests
      .flatMap(({ spans }) => spans)
      .map(({ name, attributes }) => [
        name,
        ...['session.id', 'langfuse.session.id'].map(
          (wanted) => attributes?.find(({ key }) => key === wanted)?.value.stringValue,
        ),
      ])
    expect(exported).toEqual([
      ['explicit', 'conv_1', 'conv_1'],
      ['by alias', 'conv_2', 'conv_2'],
      ['invalid', undefined, undefined],
    ])
    expect(processor.stats().session).toMatchObject({ spans: 3, dropped: { 'too-long': 1 } })
  })

  test(`${mode}: with session: false spans are sent as they are`, async () => {
    const { url, requests } = await startEndpoint()
    const { tracer, processor } = startDelivery({ url, session: false, ...place() })
    tracer.startSpan('as it is', { attributes: { 'session.id': 'x'.repeat(300) } }).end()
    await processor.forceFlush()
    expect(requests[0]?.spans[0]?.attributes).toEqual([
      { key: 'session.id', value: { stringValue: 'x'.repeat(300) } },
    ])
    expect(processor.stats().session).toBeUndefined()
  })

  test(`${mode}: a flush sends spans that wait for their trace`, async () => {
    const { url, names } = await startEndpoint()
    const session = { backfill: backfill() }
    const { tracer, processor } = startDelivery({ url, session, ...place() }, [new SessionSpanProcessor()])
    const open = tracer.startSpan('open')
    tracer.startSpan('without a session', {}, trace.setSpan(context.active(), open)).end()
    expect(processor.stats().buffered).toBe(1)
    await processor.forceFlush()
    expect(names()).toEqual(['without a session'])
    open.end()
  })

  test(`${mode}: a shutdown sends what is left, is idempotent, and later spans are counted`, async () => {
    const { url, names } = await startEndpoint()
    const { end, processor } = startDelivery({ url, ...place() })
    end(...many(700))
    const first = processor.shutdown()
    expect(processor.shutdown()).toBe(first)
    await first
    end('late')
    expect(sorted(names())).toEqual(sorted(many(700)))
    expect(processor.stats()).toMatchObject({ ended: 701, delivered: 700, dropped: { 'after-shutdown': 1 } })
    expectAccounted(processor)
    await processor.forceFlush()
  })

  test(`${mode}: purge deletes queued and rejected spans`, async () => {
    const { url, names, answer } = await startEndpoint((response) => response.writeHead(400).end())
    const { end, processor } = startDelivery({ url, ...place() })
    end(...many(5))
    await processor.forceFlush().catch(() => {})
    // No request is in flight when the flush rejects: what is in one is not purged.
    answer((response) => response.writeHead(503, { 'retry-after': '3600' }).end())
    end(...many(7, 5))
    await processor.forceFlush().catch(() => {})
    expect(await processor.purge()).toBe(12)
    expect(processor.stats()).toMatchObject({ queued: { spans: 0 }, dropped: { purged: 12 }, rejected: 0 })
    expectAccounted(processor)
    const before = names().length
    answer(ok)
    expect(await processor.redeliver()).toBe(0)
    await processor.forceFlush()
    expect(names().length).toBe(before)
  })
}

test('without a directory a shutdown that loses spans rejects, and counts them', async () => {
  const { url } = await startEndpoint((response) => response.writeHead(503).end())
  const { end, processor } = startDelivery({ url, shutdownTimeoutMillis: 200 })
  end(...many(3))
  await expect(processor.shutdown()).rejects.toThrow('shutdown: spans are lost: 3 shutdown')
  expect(processor.stats().dropped).toEqual({ shutdown: 3 })
  expectAccounted(processor)
})

test('without a directory a shutdown counts what arrived of a batch of which the rest is lost', async () => {
  const arrived = new Set<string>()
  const { url } = await startEndpoint((response, received) => {
    if (received.spans.some(({ name }) => name.startsWith('bad'))) return
    for (const { name } of received.spans) arrived.add(name)
    ok(response, received)
  })
  const { processor, end } = startDelivery({ url, timeoutMillis: 100, shutdownTimeoutMillis: 1500 })
  end(...many(400), ...Array.from({ length: 100 }, (_, i) => `bad ${i}`))
  await expect(processor.shutdown()).rejects.toThrow('spans are lost')
  const { delivered, dropped } = processor.stats()
  expect(delivered).toBeGreaterThan(0)
  expect(delivered).toBeLessThanOrEqual(arrived.size)
  expect(dropped.shutdown).toBeGreaterThan(0)
  expectAccounted(processor)
})

test('without a directory rejected spans are lost with the processor, and counted', async () => {
  const { url } = await startEndpoint((response) => response.writeHead(401).end())
  const { end, processor } = startDelivery({ url })
  end(...many(3))
  await expect(processor.shutdown()).rejects.toThrow('shutdown: spans are lost: 3 rejected')
  expect(processor.stats()).toMatchObject({ rejected: 0, dropped: { rejected: 3 } })
  expectAccounted(processor)
})

test('a directory is for one endpoint: another processor of the process must not send its spans elsewhere', async () => {
  const { url } = await startEndpoint()
  const directory = temporaryFolder()
  const { processor } = startDelivery({ url, directory })
  startDelivery({ url, directory })
  const create = () => startDelivery({ url: 'http://127.0.0.1:1/v1/traces', directory })
  expect(create).toThrow('option directory is that of a processor with another url')
  await processor.shutdown()
})

test('without a directory a shutdown tries once more, although the endpoint has asked to wait', async () => {
  const { url, names, answer } = await startEndpoint((response) => {
    response.writeHead(429, { 'retry-after': '3600' }).end()
  })
  const { end, processor } = startDelivery({ url })
  end(...many(3))
  await processor.forceFlush().catch(() => {})
  const before = names().length
  answer(ok)
  await processor.shutdown()
  expect(sorted(names().slice(before))).toEqual(sorted(many(3)))
})

test('without a directory a shutdown that is asked again to wait beyond its deadline stops, and the rest is lost', async () => {
  const { url, requests } = await startEndpoint((response) => {
    response.writeHead(429, { 'retry-after': '3600' }).end()
  })
  const { end, processor } = startDelivery({ url, shutdownTimeoutMillis: 60_000 })
  end(...many(3))
  await processor.forceFlush().catch(() => {})
  const before = requests.length
  await expect(processor.shutdown()).rejects.toThrow('shutdown: spans are lost: 3 shutdown')
  expect(requests).toHaveLength(before + 1)
})

test('a batch of which some spans have arrived counts as a whole in the number of a flush that rejects', async () => {
  const replies: Behave[] = [(response) => response.writeHead(400).end(), ok]
  const { url, names } = await startEndpoint((response, received) => replies.shift()?.(response, received))
  const { end, processor } = startDelivery({ url, exportTimeoutMillis: 500, shutdownTimeoutMillis: 1 })
  end(...many(10))
  await expect(processor.forceFlush()).rejects.toThrow('forceFlush: 10 spans not delivered within')
  // All of them in the first request, some in the second, and some in one without an answer.
  expect(names().length).toBeGreaterThan(11)
  expect(processor.stats()).toMatchObject({ delivered: 0, queued: { spans: 10 } })
  expectAccounted(processor)
})

test('with a journal a shutdown leaves the rest to the next processor on the directory', async () => {
  const directory = temporaryFolder()
  const { url, namesFrom, answer } = await startEndpoint((response) => response.writeHead(503).end())
  const first = startDelivery({ url, directory, shutdownTimeoutMillis: 200 })
  first.end(...many(100))
  await first.processor.shutdown()
  expect(first.processor.stats()).toMatchObject({ queued: { spans: 100 }, dropped: {} })
  expectAccounted(first.processor)
  answer(ok)
  const { processor } = startDelivery({ url, headers: { 'x-of': 'the second' }, directory })
  await processor.forceFlush()
  // The last request of the first one may still arrive now.
  expect(sorted(namesFrom('the second'))).toEqual(sorted(many(100)))
  expect(processor.stats()).toMatchObject({ adopted: 100, delivered: 100 })
  expectAccounted(processor)
})

test('a request has at most maxExportBatchSize spans, however many waited for their trace', async () => {
  const { url, requests } = await startEndpoint()
  const directory = temporaryFolder()
  const session = { backfill: backfill() }
  const options = { url, directory, session, durability: 'span', maxExportBatchSize: 10 } as const
  const { tracer, processor } = startDelivery(options, [new SessionSpanProcessor()])
  const open = tracer.startSpan('open')
  const below = trace.setSpan(context.active(), open)
  for (const name of many(95)) tracer.startSpan(name, {}, below).end()
  expect(processor.stats().buffered).toBe(95)
  await processor.forceFlush()
  open.end()
  expect(requests.map(({ spans }) => spans.length)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5])
})

test('spans that are not sampled are ignored', async () => {
  const { url } = await startEndpoint()
  const { processor } = startDelivery({ url })
  processor.onEnd({ spanContext: () => ({ traceFlags: 0 }), attributes: {}, resource: {} })
  expect(processor.stats().ended).toBe(0)
})

test('a span that throws when it is read is counted, and nothing is thrown', async () => {
  const { url } = await startEndpoint()
  const { processor } = startDelivery({ url })
  const hostile = {
    spanContext: () => {
      throw new Error('no')
    },
  }
  processor.onEnd(hostile as never)
  expect(processor.stats()).toMatchObject({ ended: 1, dropped: { unreadable: 1 } })
})

test('a span with an invalid session.id and metadata that throws once arrives without the ID', async () => {
  const { url, requests } = await startEndpoint()
  const { processor } = startDelivery({ url })
  let reads = 0
  const attributes = Object.defineProperty({ 'session.id': 'é', kept: 1 }, 'metadata', {
    enumerable: true,
    get() {
      if (++reads === 1) throw new Error('no')
      return '{}'
    },
  })
  processor.onEnd(plainSpan({ attributes }) as never)
  await processor.forceFlush()
  const sent = requests.flatMap(({ spans }) => spans.flatMap((span) => span.attributes ?? []))
  expect(sent.map(({ key }) => key)).toEqual(['kept', 'metadata'])
  expect(processor.stats()).toMatchObject({ delivered: 1, session: { unreadable: 1 } })
})

test('the next process sends the spans of a dead one without a flush', async () => {
  const directory = temporaryFolder()
  const { url, namesFrom, answer } = await startEndpoint((response) => response.writeHead(503).end())
  const first = startDelivery({ url, directory, shutdownTimeoutMillis: 100 })
  first.end(...many(3))
  await first.processor.shutdown()
  let arrived = () => {}
  const arrives = new Promise<void>((resolve) => {
    arrived = resolve
  })
  answer((response, received) => {
    ok(response, received)
    // The last request of the first one may still arrive now.
    if (received.headers['x-of'] === 'the second') arrived()
  })
  startDelivery({ url, headers: { 'x-of': 'the second' }, directory, scheduledDelayMillis: 1 })
  await arrives
  expect(sorted(namesFrom('the second'))).toEqual(sorted(many(3)))
})

test('an answer of more than 4 MiB is a failure that is not retried, and all its spans are kept as rejected', async () => {
  const warnings = collectWarnings()
  onTestFinished(() => diag.disable())
  const { url, requests, answer, names } = await startEndpoint((response) =>
    response.end(Buffer.alloc(5_000_000)),
  )
  const { processor, end } = startDelivery({ url })
  end('a', 'b', 'c')
  await expect(processor.forceFlush()).rejects.toThrow('3 rejected (kept)')
  expect(requests).toHaveLength(1)
  expect(processor.stats()).toMatchObject({ delivered: 0, rejected: 3, retried: 0 })
  expectAccounted(processor)
  expect(warnings.filter((warning) => warning.includes('more than 4 MiB'))).toHaveLength(1)
  answer(ok)
  expect(await processor.redeliver()).toBe(3)
  await processor.forceFlush()
  expect(processor.stats()).toMatchObject({ delivered: 3, redelivered: 3 })
  expectAccounted(processor)
  expect(names()).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
})

test('the provider of SDK 2 rejects with an array of what its processors reject with', async () => {
  const { url } = await startEndpoint((response) => response.writeHead(400).end())
  const { end, provider } = startDelivery({ url })
  end('a')
  const message = expect.stringContaining('1 rejected (kept)')
  await expect(provider.forceFlush()).rejects.toEqual([expect.objectContaining({ message })])
})

test('an endpoint that accepts a request and cannot answer gets the same spans again, with the same IDs', async () => {
  const { url, requests, answer } = await startEndpoint((response) => {
    response.socket?.destroy()
    answer(ok)
  })
  const { end, processor } = startDelivery({ url })
  end(...many(3))
  await processor.forceFlush()
  expect(requests).toHaveLength(2)
  expect(requests[1]?.resourceSpans).toEqual(requests[0]?.resourceSpans)
  expect(requests[0]?.spans.map(({ spanId }) => spanId)).toEqual([
    expect.stringMatching(/^[0-9a-f]{16}$/),
    expect.stringMatching(/^[0-9a-f]{16}$/),
    expect.stringMatching(/^[0-9a-f]{16}$/),
  ])
})

test('what another process left is sent to the URL of the one that finds it, with its headers', async () => {
  const directory = temporaryFolder()
  const first = startDelivery({
    ...{ url: 'http://127.0.0.1:1/v1/traces', headers: { 'x-of': 'the first' } },
    ...{ directory, shutdownTimeoutMillis: 100 },
  })
  first.end('left')
  await first.processor.shutdown()
  const { url, names, requests } = await startEndpoint()
  const { processor } = startDelivery({ url, headers: { 'x-of': 'the second' }, directory })
  await processor.forceFlush()
  expect(names()).toEqual(['left'])
  expect(requests[0]?.headers['x-of']).toBe('the second')
})
