import { describe, expect, test } from 'vitest'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { expectAccounted, startDelivery, temporaryFolder } from './support.ts'

const many = (count: number) => Array.from({ length: count }, (_, index) => `span ${index}`)
const unavailable: Behave = (response) => response.writeHead(503).end()

/** A processor with a journal, and the names of the spans that the endpoint accepts, as often as it does. */
async function start(behave: Behave) {
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
  const options = { url, directory, exportTimeoutMillis: 50 }
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
      response.writeHead(503, { 'retry-after': '5' }).end(),
    )
    await failFirst(...many(10))
    const before = requests.length
    await processor.shutdown()
    expect(requests).toHaveLength(before)
    expect(processor.stats()).toMatchObject({ queued: { spans: 10 }, dropped: {} })
  })
})
