import { ATTR_OVERWRITTEN_ID, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import { describe, expect, test } from 'vitest'
import { findProblems } from './promises.ts'
import { exchange, GOOD, runsOf, span, TRUTH } from './sample-runs.ts'

const verdict = (make: Partial<typeof GOOD>, exceptions = {}) =>
  findProblems(runsOf({ ...GOOD, ...make }), TRUTH, exceptions)

test('there are no problems if every promise holds', () => {
  expect(verdict({})).toEqual({ wrong: [], broken: [] })
})

describe("a session other than the turn's is wrong", () => {
  test('when a framework is passed the wrong ID', () => {
    const { wrong } = verdict({ before: (turn) => exchange(turn, TRUTH.own['ada-1'], undefined) })
    expect(wrong).toEqual(['before: llm (made) of lin-1 has the session session_of_ada'])
  })

  test.each(['late', 'after'] as const)('when a span gets that of another user, in %s', (mode) => {
    const { wrong } = verdict({
      [mode]: (turn: 'ada-1' | 'lin-1') => exchange(turn, TRUTH.own[turn], TRUTH.own['lin-1']),
    })
    expect(wrong).toEqual([
      `${mode}: server (made) of ada-1 has the session session_of_lin`,
      `${mode}: http (made) of ada-1 has the session session_of_lin`,
    ])
  })

  test("when a span in a scope has the framework's own session, unless the row gives a reason", () => {
    const scope: typeof GOOD.scope = (turn) => exchange(turn, TRUTH.own[turn], TRUTH.outer[turn])
    expect(verdict({ scope }).wrong).toHaveLength(2)
    expect(verdict({ scope }, { beyondScope: 'because' }).wrong).toEqual([])
  })

  test("when a span in a scope has another user's session, even if the row gives a reason", () => {
    const scope: typeof GOOD.scope = (turn) => exchange(turn, TRUTH.outer['ada-1'], TRUTH.outer[turn])
    expect(verdict({ scope }, { beyondScope: 'because' }).wrong).toEqual([
      'scope: llm (made) of lin-1 has the session outer_ada',
    ])
  })

  test("when the overwritten ID is another user's", () => {
    const scope: typeof GOOD.scope = (turn) => [
      span('server', turn, turn, {
        [ATTR_SESSION_ID]: TRUTH.outer[turn],
        [ATTR_OVERWRITTEN_ID]: TRUTH.own['ada-1'],
      }),
    ]
    expect(verdict({ scope }).wrong).toEqual([
      'scope: server (made) of lin-1 has the overwritten ID session_of_ada',
    ])
  })

  test('when a span of no turn has one', () => {
    const background = span('batch', 'background', undefined, { [ATTR_SESSION_ID]: 'session_of_ada' })
    const { wrong } = verdict({ after: (turn) => [...GOOD.after(turn), background] })
    expect(wrong).toContain('after: batch (made), of no turn, has the session session_of_ada')
  })
})

describe('a promise is broken', () => {
  test('when a span has no session, although its trace names one', () => {
    expect(verdict({ after: GOOD.late }).broken).toEqual([
      'after: no session, although the trace names one: 2 × server (made)',
      'after: no session, although the trace names one: 2 × http (made)',
    ])
  })

  test('when a span in a scope has no session, unless the row gives a reason', () => {
    const scope: typeof GOOD.scope = (turn) => exchange(turn, TRUTH.outer[turn], undefined)
    expect(verdict({ scope }).broken).toEqual([
      'scope: no session: 2 × server (made)',
      'scope: no session: 2 × http (made)',
    ])
    expect(verdict({ scope }, { beyondScope: 'because' }).broken).toEqual([])
  })

  test('when spans are lost, unless the row says that their number varies', () => {
    const late: typeof GOOD.late = (turn) => GOOD.late(turn).slice(0, 2)
    expect(verdict({ late }).broken).toEqual(['late: 4 spans, before 6'])
    expect(verdict({ late }, { unstable: 'because' }).broken).toEqual([])
  })

  test('when a whole turn is lost, whatever the row says', () => {
    const late: typeof GOOD.late = (turn) => (turn === 'ada-1' ? [] : GOOD.late(turn))
    expect(verdict({ late }, { unstable: 'because' }).broken).toEqual(['late: no span of ada-1 arrived'])
  })

  test('when forceFlush leaves spans behind', () => {
    const runs = runsOf(GOOD)
    const { broken } = findProblems({ ...runs, after: { ...runs.after, leftBehind: 3 } }, TRUTH, {})
    expect(broken).toEqual(['after: spans left behind by forceFlush: 3'])
  })

  test('when a trace that named a session is missing', () => {
    const after: typeof GOOD.after = (turn) => GOOD.after(turn).slice(1)
    expect(verdict({ after }).broken).toContain(
      'after: the trace "ada-1: server (made)", which names a session before, is missing',
    )
  })

  test('when only some of several traces with the same key name a session', () => {
    const before: typeof GOOD.before = (turn) => [...GOOD.before(turn), span('server', `${turn} again`, turn)]
    expect(verdict({ before }).broken).toContain(
      'before: of the traces "ada-1: server (made)" some name a session and some do not',
    )
  })
})

test('a separate trace that names no session may have none', () => {
  const withApart =
    (make: typeof GOOD.before): typeof GOOD.before =>
    (turn) => [...make(turn), span('fetch', `${turn} apart`, turn)]
  const { broken } = verdict({
    before: withApart(GOOD.before),
    late: withApart(GOOD.late),
    after: withApart(GOOD.after),
    scope: (turn) => [
      ...GOOD.scope(turn),
      span('fetch', `${turn} apart`, turn, { [ATTR_SESSION_ID]: TRUTH.outer[turn] }),
    ],
  })
  expect(broken).toEqual([])
})
