import { describe, expect, test } from 'vitest'
import { type Behave, ok, startEndpoint } from '../endpoint.ts'
import { expectAccounted, startDelivery, temporaryFolder } from '../support.ts'

/** A flush does not wait long for spans that fail while nothing else is sent. One that has to succeed is `flushAll`. */
const QUICK = { scheduledDelayMillis: 10, exportTimeoutMillis: 100 }
const MEGABYTE = 1024 * 1024

/** Answers as `fail` does what `isBad` says, and remembers what arrives. */
async function startPicky(isBad: (names: readonly string[], bytes: number) => boolean, fail: Behave) {
  const arrived = new Map<string, number>()
  let failures = 0
  const endpoint = await startEndpoint((response, received) => {
    const names = received.spans.map(({ name }) => name)
    if (isBad(names, Number(received.headers['content-length']))) {
      failures++
      return fail(response, received)
    }
    for (const name of names) arrived.set(name, (arrived.get(name) ?? 0) + 1)
    ok(response, received)
  })
  return { ...endpoint, arrived, failures: () => failures }
}

const status =
  (code: number): Behave =>
  (response) =>
    response.writeHead(code).end()
const reset: Behave = (response) => response.socket?.destroy()

/** Flushes until nothing is queued, however slow the machine is. */
async function flushAll({ processor }: ReturnType<typeof startDelivery>): Promise<void> {
  do {
    await processor.forceFlush().catch(() => {})
  } while (processor.stats().queued.spans > 0)
}

/** Ends other spans, one after the other, until nothing is queued. */
async function settle({ processor, end }: ReturnType<typeof startDelivery>): Promise<number> {
  let others = 0
  do {
    end(`other ${others++}`)
    await processor.forceFlush().catch(() => {})
  } while (processor.stats().queued.spans > 0)
  return others
}

const isBadName = (names: readonly string[]) => names.some((name) => name.startsWith('bad'))

describe.each([
  ['400', status(400), 1],
  ['400', status(400), 4],
  ['503', status(503), 1],
  ['503', status(503), 4],
])('many spans of a batch that get %s', (_, fail, concurrency) => {
  test(`cost no other one: ${concurrency} at a time`, async () => {
    const { url, arrived, requests, answer } = await startPicky(isBadName, fail)
    const delivery = startDelivery({
      url,
      concurrency,
      ...QUICK,
      directory: temporaryFolder(),
    })
    const { processor, end } = delivery
    const names = Array.from({ length: 600 }, (_, i) => (i % 7 === 3 ? `bad ${i}` : `good ${i}`))
    end(...names)
    const others = await settle(delivery)
    const bad = names.filter((name) => name.startsWith('bad')).length
    expect(arrived.size).toBe(600 - bad + others)
    expect([...arrived].filter(([, times]) => times > 1)).toEqual([])
    expect(processor.stats()).toMatchObject({ rejected: bad, dropped: {} })
    expect(requests.length - others).toBeLessThan(2 * Math.log2(600) * bad)
    expectAccounted(processor)
    answer((response, received) => {
      for (const { name } of received.spans) arrived.set(name, 1)
      ok(response, received)
    })
    expect(await processor.redeliver()).toBe(bad)
    await flushAll(delivery)
    expect(names.filter((name) => !arrived.has(name))).toEqual([])
  })
})

test.each([
  ['400', status(400)],
  ['503', status(503)],
])('what is redelivered is narrowed, too, where some of it gets %s', async (_, fail) => {
  let isWrongToken = true
  const { url, arrived } = await startPicky(
    (names) => isWrongToken || isBadName(names),
    (...args) => (isWrongToken ? status(401) : fail)(...args),
  )
  const delivery = startDelivery({ url, ...QUICK, directory: temporaryFolder() })
  const { processor, end } = delivery
  const names = Array.from({ length: 300 }, (_, i) => (i % 60 === 7 ? `bad ${i}` : `good ${i}`))
  end(...names)
  await flushAll(delivery)
  expect(processor.stats().rejected).toBe(300)
  isWrongToken = false
  expect(await processor.redeliver()).toBe(300)
  await settle(delivery)
  expect(names.filter((name) => name.startsWith('good') && arrived.get(name) !== 1)).toEqual([])
  expect(processor.stats()).toMatchObject({ rejected: 300 + 5, dropped: {} })
  expectAccounted(processor)
})

describe.each([1, 4])('a gateway that takes no more than 1 MB, with %i requests at a time', (concurrency) => {
  test.each([
    ['503', status(503)],
    ['504', status(504)],
    ['413', status(413)],
    ['a reset', reset],
  ])('and answers with %s gets all that is smaller, with few failures', async (_, fail) => {
    const { url, arrived, failures } = await startPicky((_, bytes) => bytes > MEGABYTE, fail)
    const delivery = startDelivery({ url, concurrency, ...QUICK, compression: 'none' })
    const { processor, tracer } = delivery
    const large = (name: string, bytes: number) =>
      tracer.startSpan(name, { attributes: { text: 'x'.repeat(bytes) } }).end()
    large('too large', 2 * MEGABYTE)
    for (let i = 0; i < 100; i++) large(`span ${i}`, 100_000)
    const others = await settle(delivery)
    expect(arrived.size).toBe(100 + others)
    expect(arrived.has('too large')).toBe(false)
    expect(processor.stats()).toMatchObject({ rejected: 1, dropped: {} })
    // 10 MB are 10 requests at best.
    expect(failures()).toBeLessThan(60)
    expectAccounted(processor)
  })
})

test('an endpoint that answers empty requests, and fails all spans for a while, gets each of them later', async () => {
  let isOut = false
  const { url, arrived, answer } = await startPicky(
    (names) => names.length > 0 && (isOut || isBadName(names)),
    status(503),
  )
  const delivery = startDelivery({ url, ...QUICK, maxExportBatchSize: 50 })
  const { processor, end } = delivery
  end(...Array.from({ length: 49 }, (_, i) => `span ${i}`), 'bad')
  // Narrowed until only the bad one is left.
  for (let others = 0; !arrived.has('span 48') || arrived.size < 49 + others; others++) {
    end(`before ${others}`)
    await processor.forceFlush().catch(() => {})
    if (processor.stats().queued.spans <= 1) break
  }
  isOut = true
  end(...Array.from({ length: 10 }, (_, i) => `meanwhile ${i}`))
  // Some 30 attempts.
  await processor.forceFlush().catch(() => {})
  expect(processor.stats().rejected).toBe(0)
  answer((response, received) => {
    for (const { name } of received.spans) arrived.set(name, 1)
    ok(response, received)
  })
  await flushAll(delivery)
  expect(processor.stats()).toMatchObject({ rejected: 0, queued: { spans: 0 } })
  expect(arrived.has('bad')).toBe(true)
})

test.each([1, 4])(
  'an endpoint that fails 40 % of all requests gets every span: %i at a time',
  async (concurrency) => {
    let state = 7
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) / 2 ** 24
    }
    const { url, arrived, requests } = await startPicky(() => random() < 0.4, status(503))
    const delivery = startDelivery({ url, concurrency, ...QUICK, maxExportBatchSize: 256 })
    const { processor, end } = delivery
    for (let i = 0; i < 2560; i++) end(`span ${i}`)
    const others = await settle(delivery)
    expect(arrived.size).toBe(2560 + others)
    expect(processor.stats()).toMatchObject({ rejected: 0, dropped: {} })
    expect(requests.length).toBeLessThan(10 * (10 + others))
  },
)
