import { processStats, usingSession } from '@otel-sessions/processor'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../../test/support/tracing.ts'
import { problems, startApplication } from './support.ts'

afterEach(stopTracing)

describe('the end of a session', () => {
  it.each(['success', 'failure', 'indeterminate'] as const)('may have the state %s', (state) => {
    const { tracerProvider, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    expect(session.ended).toBeUndefined()
    const before = processStats().sessions.ended[state]
    session.end({ state, reason: 'because' })
    expect(session.ended).toEqual({ state, reason: 'because' })
    expect(one('session.end').attributes).toMatchObject({
      'session.end.state': state,
      'session.end.reason': 'because',
    })
    expect(processStats().sessions.ended[state] - before).toBe(1)
  })

  it('happens once: the first call counts, and later ones are counted as a problem', () => {
    const { tracerProvider, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    session.end({ state: 'success' })
    const before = processStats().sessions.endedAgain
    expect(problems(() => session.end({ state: 'failure' }))).toEqual({ 'session-end:again': 1 })
    expect(one('session.end').attributes['session.end.state']).toBe('success')
    expect(session.ended?.state).toBe('success')
    expect(processStats().sessions.endedAgain - before).toBe(1)
  })

  it.each([
    ['a reason that is a number', { reason: 7 }, { 'session-end:bad-reason': 1 }],
    ['an invalid time', { time: new Date(Number.NaN) }, { 'session-time:bad-time': 1 }],
    [
      'an unknown property',
      { reason: 7, foo: 1 },
      { 'session:unknown-field': 1, 'session-end:bad-reason': 1 },
    ],
  ])('is indeterminate, and the problem is counted, for %s', (_, end, counted) => {
    const { tracerProvider, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    expect(problems(() => session.end(end as object))).toEqual(counted)
    expect(one('session.end').attributes['session.end.state']).toBe('indeterminate')
    expect('session.end.reason' in one('session.end').attributes).toBe(false)
  })

  it.each([
    ['a state that does not exist', { state: 'sucess' }, { 'session-end:bad-state': 1 }],
    ['a state that is no string', { state: 1, reason: 'paid' }, { 'session-end:bad-state': 1 }],
    ['a string', 'success', { 'session-end:unreadable': 1 }],
    ['an error', new Error('failed'), { 'session-end:unreadable': 1 }],
    ['a Promise', Promise.resolve({ state: 'success' }), { 'session-end:unreadable': 1 }],
    [
      'a misspelt property alone',
      { status: 'success' },
      { 'session:unknown-field': 1, 'session-end:unreadable': 1 },
    ],
    [
      'an object that throws',
      new Proxy({ state: 'success' }, { get: fail }),
      { 'session-end:unreadable': 1 },
    ],
  ])('is not reached by %s: the session stays open for the corrected call', (_, end, counted) => {
    const { tracerProvider, names, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    const resumed = resumeSession(session.id, { tracerProvider })
    const without = resumeSession('', { tracerProvider })
    const { open } = processStats().sessions
    expect(problems(() => session.end(end as object))).toEqual(counted)
    resumed.end(end as object)
    without.end(end as object)
    expect([session.ended, resumed.ended, without.ended]).toEqual([undefined, undefined, undefined])
    expect(processStats().sessions.open).toBe(open)
    expect(names()).toEqual(['session.start'])
    expect(problems(() => session.end({ state: 'success', reason: 'paid' }))).toEqual({})
    expect(session.ended).toEqual({ state: 'success', reason: 'paid' })
    expect(one('session.end').attributes['session.end.state']).toBe('success')
    without.end({ state: 'failure' })
    expect(without.ended?.state).toBe('failure')
  })

  it('still comes at the shutdown, after an end that was rejected', async () => {
    const { tracerProvider } = startApplication()
    const session = startSession({}, { tracerProvider })
    session.end({ state: 'sucess' as 'success' })
    await tracerProvider.shutdown()
    expect(session.ended).toEqual({ state: 'indeterminate', reason: 'shutdown' })
  })

  it('names a property that does not exist', () => {
    resetProcessState()
    const { tracerProvider } = startApplication()
    const warnings = collectWarnings()
    startSession({}, { tracerProvider }).end({ State: 'success' } as object)
    expect(warnings.join()).toMatch(/of the argument of end\(\) is ignored: "State" \(did you mean state\?\)/)
  })

  it('is never before the start, even when the clock was set back', () => {
    const { tracerProvider, named } = startApplication()
    const startTime = new Date(Date.now() + 3_600_000)
    const early = startSession({ startTime }, { tracerProvider })
    expect(problems(() => early.end({ time: new Date(5) }))).toEqual({ 'session-end:before-start': 1 })
    const setBack = startSession({ startTime }, { tracerProvider })
    expect(problems(() => setBack.end())).toEqual({})
    const times = named('session.end').map((span) => span.startTime)
    expect(times).toEqual(named('session.start').map((span) => span.startTime))
  })

  it('by an object of resumeSession shows on the object of startSession', () => {
    const { tracerProvider, one } = startApplication()
    const session = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider })
    resumeSession('user_1_conv_1', { tracerProvider }).end({ state: 'success', reason: 'paid' })
    expect(session.ended).toEqual({ state: 'success', reason: 'paid' })
    expect(problems(() => session.end())).toEqual({ 'session-end:again': 1 })
    expect(one('session.end').attributes['session.end.state']).toBe('success')
  })

  it('of a replaced session emits nothing: the start of the next one contains its ID', () => {
    const { tracerProvider, names, named } = startApplication()
    const first = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider })
    const before = processStats().sessions
    startSession({ sessionId: 'user_1_conv_2', previousSessionId: 'user_1_conv_1' }, { tracerProvider })
    expect(first.ended).toEqual({ state: 'indeterminate', reason: 'replaced' })
    expect(names()).toEqual(['session.start', 'session.start'])
    expect(named('session.start')[1]?.attributes['session.previous_id']).toBe('user_1_conv_1')
    const after = processStats().sessions
    expect([after.replaced - before.replaced, after.open - before.open]).toEqual([1, 0])
  })
})

describe('after the end', () => {
  it('session spans, traces and spans inside run are exported, and marked as late', () => {
    const { tracerProvider, tracer, one } = startApplication()
    const session = startSession({ userId: 'user_1' }, { tracerProvider })
    session.end()
    session.feedback({ score: 1 })
    session.trace('turn', () => tracer.startSpan('below the turn').end())
    session.run(() => tracer.startSpan('work').end())
    for (const name of ['session.feedback', 'turn', 'below the turn', 'work'])
      expect(one(name).attributes).toMatchObject({ 'session.late': true, 'user.id': 'user_1' })
    expect('session.late' in one('session.end').attributes).toBe(false)
  })

  it('a nested scope that adds to the session is late, too', () => {
    const { tracerProvider, tracer, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    session.end()
    session.run(() => usingSession({ tags: ['more'] }, () => tracer.startSpan('work').end()))
    expect(one('work').attributes).toEqual({
      'session.id': session.id,
      'tag.tags': ['more'],
      'session.late': true,
    })
  })

  it('a trace that started before the end is not late', async () => {
    const { tracerProvider, tracer, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    const turn = session.trace('turn', async () => {
      await Promise.resolve()
      tracer.startSpan('work').end()
    })
    session.end()
    await turn
    expect(one('turn').attributes).toEqual({ 'session.id': session.id })
    expect(one('work').attributes).toEqual({ 'session.id': session.id })
  })

  it('another session inside run is not late', () => {
    const { tracerProvider, tracer, one } = startApplication()
    const [ended, open] = [startSession({}, { tracerProvider }), startSession({}, { tracerProvider })]
    ended.end()
    ended.run(() => open.run(() => tracer.startSpan('work').end()))
    expect(one('work').attributes).toEqual({ 'session.id': open.id })
  })
})

describe('await using', () => {
  it('ends a session that is open', async () => {
    const { tracerProvider, one } = startApplication()
    let id = ''
    {
      await using session = startSession({}, { tracerProvider })
      id = session.id
    }
    expect(one('session.end').attributes).toEqual({ 'session.id': id, 'session.end.state': 'indeterminate' })
  })

  it('keeps an earlier end, and counts nothing', async () => {
    const { tracerProvider, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    session.end({ state: 'success' })
    expect(problems(() => void session[Symbol.asyncDispose]())).toEqual({})
    await session[Symbol.asyncDispose]()
    expect(one('session.end').attributes['session.end.state']).toBe('success')
  })

  it('waits for attachments, then ends the session', async () => {
    const { tracerProvider, names } = startApplication()
    const upload = async () => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      return 'https://example.com/report'
    }
    {
      await using session = startSession({}, { tracerProvider, upload, maxInlineBytes: 0 })
      void session.attach({ data: 'report' })
    }
    expect(names()).toEqual(['session.start', 'session.attachment', 'session.end'])
  })

  it('does not wait longer than uploadTimeoutMillis', async () => {
    const { tracerProvider, names } = startApplication()
    const never = { size: 1, type: '', arrayBuffer: () => new Promise<ArrayBuffer>(() => {}) }
    {
      await using session = startSession({}, { tracerProvider, uploadTimeoutMillis: 1 })
      void session.attach({ data: never })
    }
    expect(names()).toEqual(['session.start', 'session.end'])
  })

  it('leaves out a reason of more than 32,768 characters', () => {
    const { tracerProvider, one } = startApplication()
    const end = () => startSession({}, { tracerProvider }).end({ reason: 'x'.repeat(32_769) })
    expect(problems(end)).toEqual({ 'session-end:bad-reason': 1 })
    expect(one('session.end').attributes).not.toHaveProperty(['session.end.reason'])
  })

  it('is not needed for an attachment before the end: it is emitted, and not late', async () => {
    const { tracerProvider, one } = startApplication()
    const session = startSession({}, { tracerProvider })
    const sending = session.attach({ data: 'report' })
    session.end()
    await sending
    expect('session.late' in one('session.attachment').attributes).toBe(false)
    await session.attach({ data: 'afterthought', name: 'late' })
    expect(session.ended?.state).toBe('indeterminate')
  })

  it('does not end a resumed session', async () => {
    const { tracerProvider, names } = startApplication()
    await resumeSession('user_1_conv_1', { tracerProvider })[Symbol.asyncDispose]()
    expect(names()).toEqual([])
  })
})

function fail(): never {
  throw new Error('hostile')
}
