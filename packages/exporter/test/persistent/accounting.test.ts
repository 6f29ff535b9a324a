import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { startDelivery, temporaryFolder } from './support.ts'

const partial: Behave = (response) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"partialSuccess":{"rejectedSpans":"3"}}')
const reject: Behave = (response) => response.writeHead(400).end()
const answers: Behave[] = [
  reject,
  (response) => response.writeHead(413).end(),
  ok,
  partial,
  (response) => response.writeHead(503).end(),
  (response) => response.destroy(),
  (response) => response.writeHead(401).end(),
]

test.each([
  ['in memory', () => undefined],
  ['in a directory', temporaryFolder],
])(
  '%s, each span is accounted for in every turn of the event loop, whatever the endpoint answers',
  async (_, folder) => {
    const mixed = [...answers, ...answers, ...answers]
    const { url } = await startEndpoint((response, received) => {
      const isBad = received.spans.some(({ name }) => /[78]$/.test(name))
      const behave = mixed.shift() ?? (isBad ? reject : ok)
      behave(response, received)
    })
    // So little that the first rejected spans are dropped in the end.
    const { processor, end } = startDelivery({
      ...{ url, directory: folder(), maxRejectedBytes: 20_000 },
      ...{ concurrency: 4, maxExportBatchSize: 20, scheduledDelayMillis: 1 },
    })
    const differences: number[] = []
    const look = () => {
      const { ended, adopted, redelivered, delivered, rejected, dropped, queued, buffered } =
        processor.stats()
      const lost = Object.values(dropped).reduce((sum, spans) => sum + spans, 0)
      differences.push(
        ended + adopted + redelivered - (delivered + rejected + lost + queued.spans + buffered),
      )
      if (rejected < 0) differences.push(rejected)
    }
    let isOver = false
    const looking = (async () => {
      for (; !isOver; await turn()) look()
    })()
    for (let i = 0; i < 600; i++) {
      end(`span ${i}`)
      if (i % 20 === 0) await turn()
    }
    await processor.forceFlush().catch(() => {})
    await Promise.all([processor.redeliver(), processor.forceFlush().catch(() => {})])
    await processor.shutdown().catch(() => {})
    isOver = true
    await looking
    look()
    expect(processor.stats().redelivered).toBeGreaterThan(0)
    expect(processor.stats().dropped.rejected).toBeGreaterThan(0)
    expect(differences.filter((difference) => difference !== 0)).toEqual([])
  },
)
