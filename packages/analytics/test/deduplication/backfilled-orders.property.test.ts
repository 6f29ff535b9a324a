import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../../../test/deep/runs.ts'
import { newCounters } from '../../src/counters.ts'
import { RecentSpans, type Trace } from '../../src/deduplication/recent-spans.ts'
import { CALL, COUNTED } from '../../src/deduplication/span-record.ts'
import { coverCalls } from '../../src/deduplication/usage-above.ts'
import type { EndedSpan } from '../../src/ended-span.ts'
import { SessionAnalytics } from '../../src/index.ts'
import { naiveTotals } from '../support/naive.ts'
import { shuffled } from '../support/programs.ts'
import { spanOf } from '../support/spans.ts'

const MODEL = { 'gen_ai.request.model': 'm' }
const TOKENS = { 'gen_ai.usage.input_tokens': 7 }
const WORK = {
  nothing: {},
  usage: TOKENS,
  'call without usage': { 'gen_ai.operation.name': 'chat', ...MODEL },
  call: { 'gen_ai.operation.name': 'chat', ...MODEL, ...TOKENS },
  'agent without usage': { 'gen_ai.operation.name': 'invoke_agent' },
  agent: { 'gen_ai.operation.name': 'invoke_agent', ...MODEL, ...TOKENS },
  'embedding without usage': { 'gen_ai.operation.name': 'embeddings', ...MODEL },
  embedding: { 'gen_ai.operation.name': 'embeddings', ...MODEL, ...TOKENS },
}

/** A span of a small tree, which may come first without its session, as one does that waits for a backfill, or only so. */
interface TreeSpan {
  readonly id: string
  readonly parent: string | undefined
  readonly work: keyof typeof WORK
  readonly session: 'always' | 'later' | 'never'
}

const someTree = fc
  .array(
    fc.record({
      parent: fc.constantFrom(0, 0, 0, 1, 2),
      work: fc.constantFrom(...(Object.keys(WORK) as (keyof typeof WORK)[])),
      session: fc.constantFrom('always', 'later', 'later', 'never'),
    }),
    { minLength: 2, maxLength: 6 },
  )
  .map((spans) =>
    spans.map(
      ({ parent, work, session }, index): TreeSpan => ({
        id: `${index}`,
        // Mostly the one before, because chains are what matters.
        parent: index === 0 ? undefined : `${Math.max(0, index - 1 - parent)}`,
        work: session === 'never' ? 'nothing' : work,
        session,
      }),
    ),
  )

/** The span as it comes in the end. */
const finalOf = (span: TreeSpan) => (span.session === 'never' ? withoutSession(span) : withSession(span))
const withSession = ({ id, parent, work }: TreeSpan): EndedSpan =>
  spanOf({ id, parent, session: 's', attributes: WORK[work] })
const withoutSession = ({ id, parent, work }: TreeSpan): EndedSpan =>
  spanOf({ id, parent, attributes: WORK[work] })

function counted(spans: readonly EndedSpan[]) {
  const analytics = new SessionAnalytics()
  for (const span of spans) analytics.onEnd(span)
  const { latency: _, late: __, ...totals } = analytics.stats('s') ?? expect.fail('no totals')
  const { callsWithoutUsage, unpricedUsages, undecidedUsages } = analytics.counters()
  return { totals, counters: { callsWithoutUsage, unpricedUsages, undecidedUsages } }
}

test('totals do not depend on the order of spans of which some come first without their session', () => {
  const orders = someTree.chain((tree) =>
    fc.tuple(
      fc.constant(tree),
      shuffled([
        ...tree.map(finalOf),
        ...tree.filter(({ session }) => session === 'later').map(withoutSession),
      ]),
    ),
  )
  fc.assert(
    fc.property(orders, ([tree, order]) => {
      fc.pre(tree.some(({ session }) => session !== 'never'))
      const { totals, counters } = counted(order)
      const [simple] = naiveTotals(tree.map(finalOf))
      expect(totals).toEqual(simple)
      const { callsWithoutUsage, unpricedUsages, undecidedUsages } = totals
      expect(counters).toEqual({ callsWithoutUsage, unpricedUsages, undecidedUsages })
    }),
    { numRuns: runs(10_000) },
  )
})

test('an agent that came first without its session reports the usage of its call, also if the root has usage later', () => {
  const [root, agent, call] = [
    { id: 'r', parent: undefined, work: 'usage' },
    { id: 'a', parent: 'r', work: 'agent' },
    { id: 'c', parent: 'a', work: 'call without usage' },
  ].map((span) => ({ ...span, session: 'later' })) as [TreeSpan, TreeSpan, TreeSpan]
  const spans = [withSession(call), withoutSession(agent), withSession(agent), withSession(root)]
  expect(counted(spans)).toMatchObject({
    totals: { llmCalls: 1, callsWithoutUsage: 0, tokens: { input: 7 } },
    counters: { callsWithoutUsage: 0 },
  })
})

/** Counts a span as far as coverage goes, and returns its record. */
function arrive(spans: RecentSpans, trace: Trace, id: string, parent: string, flags: number) {
  const record = spans.obtain(trace, id)
  spans.see(record, (flags & COUNTED) !== 0)
  record.flags |= flags
  record.parentId = parent
  coverCalls(spans, trace, record, newCounters())
  return record
}

test.each(['before', 'after'])(
  'spans without a session that come %s many calls below them remember no more than there are spans',
  (when) => {
    const spans = new RecentSpans()
    const trace = spans.trace('t')
    const parents = Array.from({ length: 200 }, (_, index) => () => {
      return arrive(spans, trace, `p${index}`, `p${index + 1}`, 0)
    })
    const calls = Array.from({ length: 500 }, (_, index) => () => {
      return arrive(spans, trace, `c${index}`, 'p0', COUNTED | CALL)
    })
    const arriving = when === 'before' ? [...parents, ...calls] : [...calls, ...parents]
    const records = new Set([...arriving, ...parents].map((come) => come()))
    records.add(spans.obtain(trace, 'p200'))
    const waiting = [...records].map((record) => record.waiting?.length ?? 0)
    expect(waiting.reduce((sum, length) => sum + length, 0)).toBe(700)
  },
)

test('calls below a long chain of spans without a session are covered, once its top comes', () => {
  const analytics = new SessionAnalytics()
  const silent = { session: 's', attributes: WORK['call without usage'] }
  for (let call = 0; call < 2_000; call++)
    analytics.onEnd(spanOf({ id: `c${call}`, parent: 'p0', ...silent }))
  for (let at = 0; at < 200; at++) analytics.onEnd(spanOf({ id: `p${at}`, parent: `p${at + 1}` }))
  expect(analytics.stats('s')?.callsWithoutUsage).toBe(2_000)
  analytics.onEnd(spanOf({ id: 'p200', session: 's', attributes: TOKENS }))
  expect(analytics.stats('s')).toMatchObject({ llmCalls: 2_000, callsWithoutUsage: 0 })
})

test.each([
  ['reports usage', { session: 's', attributes: TOKENS }],
  ['reports none', { session: 's' }],
])('a chain of thousands of spans without a session is no problem if its top %s', (_, top) => {
  const analytics = new SessionAnalytics()
  analytics.onEnd(spanOf({ id: 'c', parent: 'p0', session: 's', attributes: WORK['call without usage'] }))
  for (let at = 0; at < 15_000; at++) analytics.onEnd(spanOf({ id: `p${at}`, parent: `p${at + 1}` }))
  analytics.onEnd(spanOf({ id: 'p15000', ...top }))
  expect(analytics.counters().unreadable).toBe(0)
  expect(analytics.stats('s')).toMatchObject({ spans: 2, llmCalls: 1 })
})
