import { ATTR_OVERWRITTEN_ID, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import { expect, test } from 'vitest'
import { measure } from './measure.ts'
import { GOOD, runsOf, span, TRUTH } from './sample-runs.ts'

const NONE = { right: 0, missing: 0, wrong: 0 }
const measured = (make: Partial<typeof GOOD>) => measure(runsOf({ ...GOOD, ...make }), TRUTH)

test('a row has the attribute that names the session, when, and the counts of the other spans', () => {
  expect(measured({})).toEqual({
    spans: 6,
    ofNoTurn: 0,
    named: 2,
    keys: { 'session.id': 2 },
    atStart: 0,
    reachable: 6,
    right: { before: 2, late: 2, after: 6 },
    inferred: 0,
    onlyScope: 0,
    onlyScopeNames: {},
    scope: { right: 6, overwritten: 0 },
    ten: { oneTick: { alone: NONE, scope: NONE }, inSequence: { alone: NONE, scope: NONE } },
  })
})

test('before, any alias counts, and its name is recorded', () => {
  const before: typeof GOOD.before = (turn) => [
    span('llm', turn, turn, { metadata: JSON.stringify({ thread_id: TRUTH.own[turn] }) }),
  ]
  expect(measured({ before })).toMatchObject({ named: 2, keys: { 'metadata.thread_id': 2 } })
})

test('an attribute that only looks like a session does not count', () => {
  const before: typeof GOOD.before = (turn) => [
    span('llm', turn, turn, {
      'thread.id': 17,
      'mcp.session.id': TRUTH.own[turn],
      'langsmith.trace.session_id': TRUTH.own[turn],
      'gen_ai.response.id': TRUTH.own[turn],
    }),
  ]
  expect(measured({ before })).toMatchObject({ named: 0, reachable: 0, keys: {} })
})

test('start attributes are told apart from late ones', () => {
  const before: typeof GOOD.before = (turn) =>
    GOOD.before(turn).map((each) =>
      turn === 'ada-1' ? { ...each, start: { [ATTR_SESSION_ID]: TRUTH.own[turn] } } : each,
    )
  expect(measured({ before })).toMatchObject({ named: 2, atStart: 1 })
})

test('a span that bypassed processors counts as named late, and its own metadata gives its turn', () => {
  const before: typeof GOOD.before = (turn) => [
    {
      ...span('agent', turn, undefined, {
        'mastra.metadata.testTurn': turn,
        'mastra.metadata.threadId': TRUTH.own[turn],
      }),
      start: undefined,
    },
  ]
  expect(measured({ before })).toMatchObject({ named: 2, atStart: 0, ofNoTurn: 0 })
})

test('traces that name no session count as reached only by a scope, or as inferred', () => {
  const unnamed: typeof GOOD.before = (turn) => [span('fetch', turn, turn)]
  expect(measured({ before: unnamed, late: unnamed, after: unnamed })).toMatchObject({
    reachable: 0,
    onlyScope: 2,
    onlyScopeNames: { fetch: 2 },
  })
  expect(measured({ before: unnamed })).toMatchObject({ reachable: 0, onlyScope: 0, inferred: 6 })
})

test('a span of no turn is counted separately', () => {
  const before: typeof GOOD.before = (turn) => [
    ...GOOD.before(turn),
    span('batch', `background of ${turn}`, undefined),
  ]
  expect(measured({ before })).toMatchObject({ spans: 8, ofNoTurn: 2, reachable: 6 })
})

test('overwritten and restored sessions are counted', () => {
  const scope: typeof GOOD.scope = (turn) => [
    span('llm', turn, turn, {
      [ATTR_SESSION_ID]: TRUTH.outer[turn],
      [ATTR_OVERWRITTEN_ID]: TRUTH.own[turn],
    }),
  ]
  expect(measured({ scope })).toMatchObject({ scope: { right: 2, overwritten: 2 } })
})
