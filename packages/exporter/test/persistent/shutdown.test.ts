import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { until } from './sending/support/settings.ts'
import { expectAccounted, letTimeWait, startDelivery, temporaryFolder } from './support.ts'

beforeEach(letTimeWait)

const many = (count: number) => Array.from({ length: count }, (_, index) => `span ${index}`)
const unavailable: Behave = (response) => response.writeHead(503).end()

/** A processor with a journal, and the names of the spans that the endpoint accepts, as often as it does. */
async function start(behave: Behave, shutdownTimeoutMillis = 10_000) {
  const arrived: string[] = []
  const count =
    (behaves: Behave): Behave =>
    (response, received) => {
      response.on('finish', () => {
        if (response.statusCode === 200) arrived.push(...received.spans.map(({ name }) => name))
      })
      behaves(response, received)
    }
  const { url, answer, requests } = await startEndpoint(count(behave))
  const directory = temporaryFolder()
  const options = { url, directory, exportTimeoutMillis: 50, shutdownTimeoutMillis }
  const { end, processor } = startDelivery(options)
  /** Ends spans, and resolves when a request with them has failed. */
  const failFirst = async (...names: string[]) => {
    end(...names)
    while (processor.stats().retried === 0) await processor.forceFlush().catch(() => {})
  }
  /** What another process on the directory delivers. */
  const deliverRest = async () => {
    answer(count(ok))
    const next = startDelivery({ url, directory }).processor
    await next.forceFlush()
    await next.shutdown()
    expectAccounted(next)
    return next.stats()
  }
  return {
    arrived,
    requests,
    directory,
    answer: (next: Behave) => answer(count(next)),
    end,
    processor,
    failFirst,
    deliverRest,
  }
}

describe('with a journal, a shutdown after requests have failed', () => {
  test('sends everything to an endpoint that works again', async () => {
    const { arrived, answer, requests, processor, failFirst } = await start(unavailable)
    await failFirst(...many(100))
    const before = requests.length
    answer((response, received) => (requests.length > before + 2 ? ok : unavailable)(response, received))
    await processor.shutdown()
    expect(arrived.toSorted()).toEqual(many(100).toSorted())
    expect(processor.stats()).toMatchObject({ delivered: 100, queued: { spans: 0 } })
  })

  test('sends everything to an endpoint that takes smaller requests only', async () => {
    const { arrived, processor, failFirst } = await start((response, received) =>
      (received.spans.length > 50 ? unavailable : ok)(response, received),
    )
    await failFirst(...many(500))
    await processor.shutdown()
    expect(arrived.toSorted()).toEqual(many(500).toSorted())
    expect(processor.stats()).toMatchObject({ delivered: 500, queued: { spans: 0 } })
  })

  test('ends at once if the endpoint has asked to wait longer than it would', async () => {
    const { requests, processor, failFirst } = await start((response) =>
      response.writeHead(503, { 'retry-after': '60' }).end(),
    )
    await failFirst(...many(10))
    const before = requests.length
    await processor.shutdown()
    expect(requests).toHaveLength(before)
    expect(processor.stats()).toMatchObject({ queued: { spans: 10 }, dropped: {} })
  })
})

describe('with a journal, a shutdown in the middle of a batch', () => {
  const isBad = ({ name }: { name: string }) => name === 'span 3'
  const reject: Behave = (response) => response.writeHead(400).end()

  test('counts what has an answer, and leaves the rest to the next process', async () => {
    const { arrived, processor, end, deliverRest } = await start((response, received) => {
      const next = arrived.length > 100 ? unavailable : received.spans.some(isBad) ? reject : ok
      next(response, received)
    })
    end(...many(500))
    await processor.shutdown()
    const { length } = arrived
    const left = 500 - length
    expect(length).toBeGreaterThan(100)
    expect(processor.stats()).toMatchObject({ delivered: length, queued: { spans: left }, dropped: {} })
    expectAccounted(processor)
    expect(await deliverRest()).toMatchObject({ adopted: left, delivered: left })
    expect([arrived.length, new Set(arrived).size]).toEqual([500, 500])
  })

  test('leaves only the rest of a batch that is sent beside the others', async () => {
    let isDown = false
    const { arrived, processor, end, deliverRest } = await start((response, received) => {
      const next = isDown || received.spans.some(isBad) ? unavailable : ok
      next(response, received)
    })
    end(...many(500))
    for (let flush = 0; arrived.length < 200; flush++) {
      end(`later ${flush}`)
      await processor.forceFlush().catch(() => {})
    }
    isDown = true
    await processor.shutdown()
    const { ended } = processor.stats()
    expect(processor.stats()).toMatchObject({ delivered: arrived.length, rejected: 0, dropped: {} })
    expectAccounted(processor)
    await deliverRest()
    expect([arrived.length, new Set(arrived).size]).toEqual([ended, ended])
  })

  test('keeps what is rejected', async () => {
    let hasRejected = false
    const { arrived, processor, end, deliverRest } = await start((response, received) => {
      const next = hasRejected ? unavailable : received.spans.some(isBad) ? reject : ok
      hasRejected ||= next === reject && received.spans.length === 1
      next(response, received)
    })
    end('span 3', ...many(499).map((name) => `other ${name}`))
    await processor.shutdown()
    expect(hasRejected).toBe(true)
    const { length } = arrived
    expect(processor.stats()).toMatchObject({
      delivered: length,
      rejected: 1,
      queued: { spans: 499 - length },
    })
    expectAccounted(processor)
    await deliverRest()
    expect([arrived.length, new Set(arrived).size, arrived.includes('span 3')]).toEqual([499, 499, false])
  })

  test('leaves nothing of a batch that is answered while what was rejected is being written', async () => {
    const { arrived, directory, processor, end, deliverRest } = await start((response, received) => {
      const hasBad = received.spans.some(({ name }) => name.startsWith('bad'))
      const next = hasBad ? reject : ok
      next(response, received)
    }, 1)
    end(...many(20), ...many(40).map((name) => `bad ${name}`))
    await until(() => existsSync(join(directory, 'rejected')))
    await processor.shutdown()
    expect(processor.stats()).toMatchObject({ delivered: 20, rejected: 40, queued: { spans: 0 } })
    expectAccounted(processor)
    expect(await deliverRest()).toMatchObject({ adopted: 0, delivered: 0 })
    expect(arrived).toHaveLength(20)
  })
})
