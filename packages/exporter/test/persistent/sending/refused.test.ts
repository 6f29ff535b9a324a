import { diag } from '@opentelemetry/api'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import type { Answer } from '../../../src/persistent/sending/types.ts'
import { seeded } from './support/instant.ts'
import { accepted, rejected, retry, startSender, tooLarge } from './support/sender.ts'

afterEach(() => diag.disable())

type Started = ReturnType<typeof startSender>

/** Answers all requests, one after the other, until nothing is queued. */
async function answerAll(
  { advance, queue, transport }: Started,
  reply: (names: readonly string[]) => Answer,
) {
  let answered = 0
  for (let turn = 0; queue.entries.length > 0; turn++) {
    expect(turn).toBeLessThan(10_000)
    const posted = transport.posted[answered]
    if (posted === undefined) await advance(1000)
    else {
      answered++
      await posted.answer(reply(posted.names))
    }
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `${i}.`)
const rejectedNames = ({ queue }: Started) => queue.rejected.flatMap(({ names }) => names)

/** Sends one batch to an endpoint that refuses it because of some spans. */
async function sendWith(spans: number, isBad: (name: string) => boolean, answer: Answer, ofEmpty = accepted) {
  const started = startSender({ maxExportBatchSize: spans })
  started.clock.random = seeded()
  const delivered: string[] = []
  let probes = 0
  await started.append(...numbered(spans))
  await answerAll(started, (names) => {
    if (names.length === 0) {
      probes++
      return ofEmpty
    }
    if (names.some(isBad)) return answer
    delivered.push(...names)
    return accepted
  })
  return { ...started, delivered, probes, rejected: rejectedNames(started) }
}

describe('a request that is refused because of a span', () => {
  it.each([400, 403, 404, 422, 500, 501])(
    'delivers all others of it where it gets status %i',
    async (status) => {
      const warnings = collectWarnings()
      const { counters, delivered, queue } = await sendWith(100, (name) => name === '37.', rejected(status))
      expect(delivered.sort()).toEqual(
        numbered(100)
          .filter((name) => name !== '37.')
          .sort(),
      )
      expect(queue.rejected).toEqual([{ names: ['37.'], spans: 1, status }])
      expect(counters.delivered).toBe(99)
      expect(warnings).toEqual([
        expect.stringContaining(`rejected 1 span with status ${status}, and accepted the others`),
      ])
    },
  )

  it('delivers each good span once, rejects each bad one alone, and takes few requests', async () => {
    const input = fc.integer({ min: 1, max: 200 }).chain((spans) =>
      fc.record({
        spans: fc.constant(spans),
        bad: fc.uniqueArray(fc.nat(spans - 1), { maxLength: Math.min(spans, 12) }),
        status: fc.constantFrom(301, 400, 401, 403, 404, 422, 500),
      }),
    )
    await fc.assert(
      fc.asyncProperty(input, async ({ spans, bad, status }) => {
        const names = new Set(bad.map((number) => `${number}.`))
        const sent = await sendWith(spans, (name) => names.has(name), rejected(status))
        expect(sent.delivered.sort()).toEqual(
          numbered(spans)
            .filter((name) => !names.has(name))
            .sort(),
        )
        expect(sent.rejected.sort()).toEqual([...names].sort())
        expect(sent.counters.delivered).toBe(spans - names.size)
        expect(sent.probes).toBeLessThanOrEqual(1)
        const most = 1 + 2 * names.size * Math.log2(Math.max(2, spans))
        expect(sent.counters.requests - sent.probes).toBeLessThanOrEqual(most + 1e-9)
      }),
      { numRuns: runs(200) },
    )
  })

  it('takes two requests more at most where the endpoint refuses empty requests', async () => {
    const input = fc.integer({ min: 2, max: 200 }).chain((spans) =>
      fc.record({
        spans: fc.constant(spans),
        // More of them may be all that the samples find.
        bad: fc.uniqueArray(fc.nat(spans - 1), { maxLength: Math.min(Math.floor(spans / 2), 12) }),
        status: fc.constantFrom(400, 422, 500),
        ofEmpty: fc.constantFrom(rejected(400), rejected(404), tooLarge),
      }),
    )
    await fc.assert(
      fc.asyncProperty(input, async ({ spans, bad, status, ofEmpty }) => {
        const names = new Set(bad.map((number) => `${number}.`))
        const sent = await sendWith(spans, (name) => names.has(name), rejected(status), ofEmpty)
        expect(sent.rejected.sort()).toEqual([...names].sort())
        const most = 1 + 2 * names.size * Math.log2(spans) + 2
        expect(sent.counters.requests).toBeLessThanOrEqual(most + 1e-9)
      }),
      { numRuns: runs(200) },
    )
  })

  it('is narrowed also where the endpoint refuses empty requests', async () => {
    const isBad = (name: string) => name === '3.' || name === '90.'
    const sent = await sendWith(100, isBad, rejected(400), rejected(400))
    expect(sent.rejected.sort()).toEqual(['3.', '90.'])
    expect(sent.delivered).toHaveLength(98)
  })
})

describe('an endpoint that refuses everything', () => {
  it.each([
    [401, rejected(401), 2, 2],
    [403, rejected(403), 2, 2],
    [404, rejected(404), 2, 2],
    [405, rejected(400), 2, 2],
    [407, rejected(407), 2, 2],
    [415, rejected(400), 2, 2],
    [302, rejected(302), 2, 2],
    // It may refuse empty requests only.
    [400, rejected(400), 24, 22],
    [500, rejected(400), 24, 22],
    [403, rejected(400), 22, 22],
  ])('with status %i gets few requests a batch', async (status, ofEmpty, first, later) => {
    const warnings = collectWarnings()
    const started = startSender({ maxExportBatchSize: 64, url: `http://gives-${status}-${first}/` })
    const requests: number[] = []
    for (let batch = 0; batch < 3; batch++) {
      const before = started.counters.requests
      await started.append(...numbered(64))
      await answerAll(started, (names) => (names.length === 0 ? ofEmpty : rejected(status)))
      requests.push(started.counters.requests - before)
    }
    expect(requests).toEqual([first, later, later])
    expect(rejectedNames(started)).toHaveLength(192)
    expect(started.queue.rejected.length).toBeLessThanOrEqual(6)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).not.toContain('accepted')
  })

  it('is narrowed again once it accepts something', async () => {
    const started = startSender({ maxExportBatchSize: 64 })
    const all = async (isBad: (name: string) => boolean) => {
      await started.append(...numbered(64))
      await answerAll(started, (names) =>
        names.length === 0 || names.some(isBad) ? rejected(400) : accepted,
      )
    }
    await all(() => true)
    await all(() => false)
    await all((name) => name === '5.')
    expect(started.counters.delivered).toBe(64 + 63)
    expect(rejectedNames(started).slice(64)).toEqual(['5.'])
  })
})

describe('a part that is refused beside one with another answer', () => {
  it.each([
    ['fails', retry()],
    ['fails for a while', retry(30_000)],
    ['is too large', tooLarge],
  ])('that %s is sent again, and everything arrives', async (_, other) => {
    const started = startSender({ maxExportBatchSize: 8 })
    const delivered: string[] = []
    let others = 3
    await started.append(...numbered(8))
    await answerAll(started, (names) => {
      if (names.includes('1.')) return rejected(400)
      if (names.includes('6.') && names.length > 1 && others-- > 0) return other
      delivered.push(...names)
      return accepted
    })
    expect(delivered.sort()).toEqual(numbered(8).filter((name) => name !== '1.'))
    expect(started.queue.rejected).toEqual([{ names: ['1.'], spans: 1, status: 400 }])
    expect(started.counters.delivered).toBe(7)
  })

  it('keeps both statuses apart', async () => {
    const started = startSender({ maxExportBatchSize: 8 })
    await started.append(...numbered(8))
    await answerAll(started, (names) => {
      if (names.includes('1.')) return rejected(400)
      return names.includes('6.') ? tooLarge : accepted
    })
    expect(started.queue.rejected).toEqual([
      { names: ['6.'], spans: 1, status: 413 },
      { names: ['1.'], spans: 1, status: 400 },
    ])
    expect(started.counters.delivered).toBe(6)
  })
})
