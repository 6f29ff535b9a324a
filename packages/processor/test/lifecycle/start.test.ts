import { lifecycleStats, resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../../test/support/tracing.ts'
import { problems, startApplication } from './support.ts'

afterEach(stopTracing)

const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

describe('startSession', () => {
  it('says how the ID is called here, to whom calls it as usingSession does', () => {
    const { tracerProvider } = startApplication()
    const warnings = collectWarnings()
    startSession({ sessionId: 'user_1_conv_1' } as never, { tracerProvider })
    expect(warnings.join()).toContain('"sessionId", which is id here')
  })

  it('counts a session that is started while it is open, and says what holds', () => {
    const { tracerProvider } = startApplication()
    const start = () => startSession({ id: 'user_1_conv_9' }, { tracerProvider })
    expect(problems(start)).toEqual({})
    expect(problems(start)).toEqual({ 'session-start:open-already': 1 })
    start().end()
    expect(problems(() => start().end())).toEqual({})
  })

  it('says that nothing stamps the spans of the session, where our processor is forgotten', () => {
    const { tracerProvider, one } = startApplication({ spanProcessors: [] })
    const counted = problems(() => startSession({ id: 'user_1_conv_1' }, { tracerProvider }).end())
    expect(counted).toEqual({ 'session-word:no-processor': 2 })
    expect(one('session.start').attributes['session.id']).toBe('user_1_conv_1')
  })

  it('makes a UUID v7 where no ID is given, and says nothing about it', () => {
    const { tracerProvider, one } = startApplication()
    let id = ''
    expect(
      problems(() => {
        id = startSession(undefined, { tracerProvider }).id
      }),
    ).toEqual({})
    expect(id).toMatch(UUID_V7)
    expect(one('session.start').attributes).toEqual({ 'session.id': id })
  })

  it('names its traces all the same, and no other session where the SDK cuts IDs off', () => {
    const short = startApplication({ spanProcessors: [] })
    startSession({ id: 'user_1_conv_1' }, { tracerProvider: short.tracerProvider }).trace('turn', () => {})
    expect(short.one('turn').attributes).toEqual({ 'session.id': 'user_1_conv_1' })
    const cut = startApplication({ spanProcessors: [], spanLimits: { attributeValueLengthLimit: 6 } })
    startSession({ id: 'user_1_conv_1' }, { tracerProvider: cut.tracerProvider }).trace('turn', () => {})
    expect(cut.spans().map(({ attributes }) => attributes)).toEqual([{}, {}])
  })

  it.each([
    ['too-long', 'x'.repeat(200)],
    ['empty', ' '],
    ['not-a-string', 42],
    ['control-character', 'a\nb'],
  ])('makes a new ID in place of one that is %s, counts it and says it', (reason, id) => {
    const { tracerProvider, one } = startApplication()
    const counted = problems(() => {
      expect(startSession({ id: id as string, userId: 'user_1' }, { tracerProvider }).id).toMatch(UUID_V7)
    })
    expect(counted).toEqual({ [`session-id:${reason}`]: 1 })
    expect(one('session.start').attributes['user.id']).toBe('user_1')
  })

  it.each([
    ['a string', 'user_1_conv_1', { 'session-start:not-an-object': 1 }],
    ['an object that throws', new Proxy({}, { get: () => fail() }), { 'session:unreadable': 1 }],
    ['an unknown field', { user_id: 'user_1' }, { 'session:unknown-field': 1 }],
    ['a name that is none', { name: '' }, { 'session-start:bad-name': 1 }],
    ['a name that is too long', { name: 'x'.repeat(201) }, { 'session-start:bad-name': 1 }],
    [
      'its own ID as the previous one',
      { id: 'a-1', previousSessionId: 'a-1' },
      { 'session-start:same-previous': 1 },
    ],
    ['a previous ID that is none', { previousSessionId: '' }, { 'previous-session-id:empty': 1 }],
    ['a time that is none', { startTime: Number.NaN }, { 'session-time:bad-time': 1 }],
    ['tags that are no strings', { tags: [1, {}] }, { 'tags:bad-tag': 2 }],
    ['metadata that is no plain value', { metadata: { deep: {} } }, { 'metadata:bad-value': 1 }],
    ['metadata that is too long', { metadata: { text: 'x'.repeat(4096) } }, { 'metadata:too-long': 1 }],
  ])('starts a session all the same when it is given %s, and counts that', (_, init, counted) => {
    const { tracerProvider, one } = startApplication()
    expect(problems(() => void startSession(init as object, { tracerProvider }))).toEqual(counted)
    expect(Object.keys(one('session.start').attributes)).toEqual(['session.id'])
  })

  it('never says an ID, a name or a tag in a warning', () => {
    const warnings = collectWarnings()
    const { tracerProvider } = startApplication()
    const secret = `secret-${'x'.repeat(300)}`
    const session = startSession(
      { id: secret, name: secret, userId: secret, tags: [secret] },
      { tracerProvider },
    )
    session.event(secret)
    session.feedback({ label: secret, source: secret as 'human' })
    session.end({ state: secret as 'success' })
    expect(warnings.join('\n')).not.toContain('secret')
  })

  it.each([
    [
      'tracerProvider',
      {},
      /startSession: option tracerProvider must have a method getTracer, it is a value of type object/,
    ],
    [
      'loggerProvider',
      'logs',
      /startSession: option loggerProvider must have a method getLogger, it is a string of 4/,
    ],
    ['maxInlineBytes', -1, /option maxInlineBytes .* it is -1/],
    ['upload', 'https://example.com', /option upload must be a function, it is a string of 19/],
    [
      'maxInlineByte',
      1,
      /startSession: there is no option "maxInlineByte"; the options are tracerProvider, /,
    ],
  ])('throws when the option %s is wrong, and names it', (option, value, message) => {
    expect(() => startSession({}, { [option]: value } as object)).toThrow(message)
    expect(() => resumeSession('user_1_conv_1', { [option]: value } as object)).toThrow(/option/)
  })

  it('begins when the application says, in any form that OpenTelemetry knows', () => {
    const { tracerProvider, spans } = startApplication()
    const yesterday = Date.UTC(2020, 0, 1)
    for (const startTime of [yesterday, new Date(yesterday), [yesterday / 1000, 0] as [number, number]])
      startSession({ startTime }, { tracerProvider })
    const times = spans().map(({ startTime, endTime }) => [startTime, endTime])
    expect(times).toEqual(Array(3).fill(Array(2).fill([yesterday / 1000, 0])))
  })

  it('counts what was started, resumed, open and sent', () => {
    const { tracerProvider } = startApplication()
    const before = lifecycleStats()
    const session = startSession({}, { tracerProvider })
    resumeSession(session.id, { tracerProvider }).metric('turns', 2)
    const after = lifecycleStats()
    expect([after.started - before.started, after.resumed - before.resumed]).toEqual([1, 1])
    expect(after.open - before.open).toBe(1)
    expect([after.sent.start - before.sent.start, after.sent.metric - before.sent.metric]).toEqual([1, 1])
    session.end()
    expect(lifecycleStats().open).toBe(before.open)
  })
})

describe('resumeSession', () => {
  it('says nothing by itself, and everything else as the session does that was started', () => {
    const { tracerProvider, tracer, names, one } = startApplication()
    const session = resumeSession('user_1_conv_1', { tracerProvider })
    expect(names()).toEqual([])
    session.feedback({ score: 1 })
    session.run(() => tracer.startSpan('work').end())
    session.trace('turn', () => 1)
    session.end({ state: 'failure' })
    expect(names()).toEqual(['session.feedback', 'work', 'turn', 'session.end'])
    for (const name of names()) expect(one(name).attributes['session.id']).toBe('user_1_conv_1')
  })

  it('by an ID that is refused belongs to nobody: it runs in no session, and says nothing', () => {
    const { tracerProvider, tracer, names, one } = startApplication()
    const outer = startSession({ id: 'user_1_conv_1' }, { tracerProvider })
    const counted = problems(() =>
      outer.run(() => {
        const session = resumeSession(undefined as never, { tracerProvider })
        expect(session.id).toBe('')
        session.run(() => tracer.startSpan('work').end())
        expect(session.trace('turn', () => 1)).toBe(1)
        session.event('paid')
        session.end()
      }),
    )
    expect(names()).toEqual(['session.start', 'work', 'turn'])
    expect(one('work').attributes['session.id']).toBeUndefined()
    expect(one('turn').attributes['session.id']).toBeUndefined()
    expect(counted).toEqual({ 'session-id:not-a-string': 1, 'session-word:no-session': 2 })
  })
})

function fail(): never {
  throw new Error('hostile')
}
