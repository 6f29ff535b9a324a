import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Behave, ok, startEndpoint } from './endpoint.ts'
import { until } from './sending/support/settings.ts'
import { expectAccounted, startDelivery, temporaryFolder } from './support.ts'

const many = (count: number) => Array.from({ length: count }, (_, index) => `span ${index}`)
const reject: Behave = (response) => response.writeHead(400).end()

/** A processor whose endpoint rejects requests with some spans, and answers the first one that `holds` when told to. */
async function start(options: { directory?: string }, holds: (names: readonly string[]) => boolean) {
  let release: (() => void) | undefined
  const delivered = new Set<string>()
  const answer: Behave = (response, received) => {
    const names = received.spans.map(({ name }) => name)
    const isBad = names.includes('span 3') || names.includes('span 90')
    if (!isBad) for (const name of names) delivered.add(name)
    ;(isBad ? reject : ok)(response, received)
  }
  const { url, requests } = await startEndpoint((response, received) => {
    const isHeld = release === undefined && holds(received.spans.map(({ name }) => name))
    if (isHeld) release = () => answer(response, received)
    else answer(response, received)
  })
  const { end, processor } = startDelivery({ url, ...options })
  return {
    requests,
    delivered,
    end,
    processor,
    /** Resolves when a request is held. */
    held: () => until(() => release !== undefined),
    /** Answers it, and resolves when nothing is queued. */
    release: async () => {
      release?.()
      await until(() => processor.stats().queued.spans === 0)
    },
  }
}

for (const mode of ['in memory', 'with a journal'] as const) {
  const place = () => (mode === 'in memory' ? {} : { directory: temporaryFolder() })
  const filesOf = (directory: string | undefined) =>
    directory !== undefined && existsSync(join(directory, 'rejected'))
      ? readdirSync(join(directory, 'rejected'))
      : []

  test.each([
    ['accepted', (names: readonly string[]) => names.length > 1 && names[0] !== 'span 0'],
    ['rejected', (names: readonly string[]) => names.length === 1 && names[0] === 'span 3'],
  ])(
    `${mode}: after purge() no further request with spans of a batch starts whose request in flight is then %s`,
    async (_, holds) => {
      const options = place()
      const { requests, delivered, end, processor, held, release } = await start(options, holds)
      end(...many(100))
      await held()
      const inFlight = requests.at(-1)?.spans.length ?? 0
      const purged = await processor.purge()
      expect(purged).toBe(100 - delivered.size - inFlight)
      expectAccounted(processor)
      const before = requests.length
      await release()
      expect(requests).toHaveLength(before)
      expect(processor.stats()).toMatchObject({
        delivered: delivered.size,
        rejected: 0,
        dropped: { purged: 100 - delivered.size },
      })
      expectAccounted(processor)
      end('later')
      await processor.forceFlush()
      expect(requests.slice(before).map(({ spans }) => spans.map(({ name }) => name))).toEqual([['later']])
      expect(await processor.redeliver()).toBe(0)
      expect(filesOf(options.directory)).toEqual([])
    },
  )

  test(`${mode}: purge() deletes what is left of a batch that waits for its next request`, async () => {
    const { url, answer, requests } = await startEndpoint()
    const { end, processor } = startDelivery({ url, ...place() })
    let accepted = 0
    answer((response, received) => {
      const isBad = received.spans.some(({ name }) => name === 'span 3')
      const next = isBad ? reject : accepted < 10 ? ok : undefined
      if (next === ok) accepted += received.spans.length
      if (next === undefined) response.writeHead(429, { 'retry-after': '3600' }).end()
      else next(response, received)
    })
    end(...many(100))
    await processor.forceFlush().catch(() => {})
    expect(processor.stats()).toMatchObject({ queued: { spans: 100 } })
    expect(await processor.purge()).toBe(100 - accepted)
    expect(processor.stats()).toMatchObject({
      delivered: accepted,
      dropped: { purged: 100 - accepted },
      queued: { spans: 0 },
    })
    expectAccounted(processor)
    const before = requests.length
    await processor.shutdown()
    expect(requests).toHaveLength(before)
  })
}
