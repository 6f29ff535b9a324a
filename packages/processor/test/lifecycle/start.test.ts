import { processStats } from '@otel-sessions/processor'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import { processState } from '@otel-sessions/semconv/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../../test/support/tracing.ts'
import { problems, startApplication } from './support.ts'

afterEach(stopTracing)

const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

describe('startSession', () => {
  it('takes the ID as a string, too', () => {
    const { tracerProvider, one } = startApplication()
    expect(startSession('user_1_conv_8', { tracerProvider }).id).toBe('user_1_conv_8')
    expect(one('session.start').attributes).toEqual({ 'session.id': 'user_1_conv_8' })
  })

  it('reports id as an unknown field, and names the right one', () => {
    const { tracerProvider } = startApplication()
    const warnings = collectWarnings()
    const counted = problems(() => {
      expect(startSession({ id: 'user_1_conv_1' } as never, { tracerProvider }).id).toMatch(UUID_V7)
    })
    expect(counted).toEqual({ 'session:unknown-field': 1 })
    expect(warnings.join()).toContain('"id" (did you mean sessionId?)')
  })

  it('counts a session that is started while it is open', () => {
    const { tracerProvider } = startApplication()
    const start = () => startSession({ sessionId: 'user_1_conv_9' }, { tracerProvider })
    expect(problems(start)).toEqual({})
    expect(problems(start)).toEqual({ 'session-start:open-already': 1 })
    start().end()
    expect(problems(() => start().end())).toEqual({})
  })

  it('counts session spans without a SessionSpanProcessor on the provider', () => {
    const { tracerProvider, one } = startApplication({ spanProcessors: [] })
    const counted = problems(() => startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider }).end())
    expect(counted).toEqual({ 'session-span:no-processor': 2 })
    expect(one('session.start').attributes['session.id']).toBe('user_1_conv_1')
  })

  it.each([undefined, {}, { sessionId: undefined }])(
    'creates a UUID v7 where the ID is missing: %j',
    (init) => {
      const { tracerProvider, one } = startApplication()
      let id = ''
      expect(
        problems(() => {
          id = startSession(init, { tracerProvider }).id
        }),
      ).toEqual({})
      expect(id).toMatch(UUID_V7)
      expect(one('session.start').attributes).toEqual({ 'session.id': id })
    },
  )

  it('stamps traces without a SessionSpanProcessor, too, but no ID that the SDK truncates', () => {
    const short = startApplication({ spanProcessors: [] })
    startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: short.tracerProvider }).trace(
      'turn',
      () => {},
    )
    expect(short.one('turn').attributes).toEqual({ 'session.id': 'user_1_conv_1' })
    const cut = startApplication({ spanProcessors: [], spanLimits: { attributeValueLengthLimit: 6 } })
    startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: cut.tracerProvider }).trace(
      'turn',
      () => {},
    )
    expect(cut.spans().map(({ attributes }) => attributes)).toEqual([{}, {}])
  })

  it.each([
    ['an unknown field', { user_id: 'user_1' }, { 'session:unknown-field': 1 }],
    ['an empty name', { name: '' }, { 'session-start:bad-name': 1 }],
    ['a name that is too long', { name: 'x'.repeat(201) }, { 'session-start:bad-name': 1 }],
    [
      'its own ID as the previous one',
      { sessionId: 'a-1', previousSessionId: 'a-1' },
      { 'session-start:same-previous': 1 },
    ],
    ['an invalid previous ID', { previousSessionId: '' }, { 'previous-session-id:empty': 1 }],
    ['an invalid time', { startTime: Number.NaN }, { 'session-time:bad-time': 1 }],
    ['tags that are not strings', { tags: [1, {}] }, { 'tags:bad-tag': 2 }],
    ['nested metadata', { metadata: { deep: {} } }, { 'metadata:bad-value': 1 }],
    ['metadata that is too long', { metadata: { text: 'x'.repeat(4096) } }, { 'metadata:too-long': 1 }],
  ])('starts a session without %s, and counts it', (_, init, counted) => {
    const { tracerProvider, one } = startApplication()
    expect(problems(() => void startSession(init as object, { tracerProvider }))).toEqual(counted)
    expect(Object.keys(one('session.start').attributes)).toEqual(['session.id'])
  })

  it('never logs an ID, a name or a tag', () => {
    const warnings = collectWarnings()
    const { tracerProvider } = startApplication()
    const secret = `secret-${'x'.repeat(300)}`
    const session = startSession(
      { sessionId: secret, name: secret, userId: secret, tags: [secret] },
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

  it('begins at startTime, in any form that OpenTelemetry accepts', () => {
    const { tracerProvider, spans } = startApplication()
    const yesterday = Date.UTC(2020, 0, 1)
    for (const startTime of [yesterday, new Date(yesterday), [yesterday / 1000, 0] as [number, number]])
      startSession({ startTime }, { tracerProvider })
    const times = spans().map(({ startTime, endTime }) => [startTime, endTime])
    expect(times).toEqual(Array(3).fill(Array(2).fill([yesterday / 1000, 0])))
  })

  it('counts sessions that start, resume and are open, and the spans that are sent', () => {
    const { tracerProvider } = startApplication()
    const before = processStats().sessions
    const session = startSession({}, { tracerProvider })
    resumeSession(session.id, { tracerProvider }).metric('turns', 2)
    const after = processStats().sessions
    expect([after.started - before.started, after.resumed - before.resumed]).toEqual([1, 1])
    expect(after.open - before.open).toBe(1)
    expect([after.sent.start - before.sent.start, after.sent.metric - before.sent.metric]).toEqual([1, 1])
    session.end()
    expect(processStats().sessions.open).toBe(before.open)
  })
})

describe('resumeSession', () => {
  it('emits nothing by itself, and session spans for every call', () => {
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

  it('takes an object with the ID, the user, tags and metadata', () => {
    const { tracerProvider, one } = startApplication()
    const known = { userId: 'user_1', tags: ['web'], metadata: { plan: 'pro' } }
    const session = resumeSession({ sessionId: 'user_1_conv_1', ...known }, { tracerProvider })
    session.metric('turns', 2)
    expect(one('session.metric').attributes).toEqual({
      'session.id': 'user_1_conv_1',
      'user.id': 'user_1',
      'tag.tags': ['web'],
      metadata: '{"plan":"pro"}',
      'session.metric.name': 'turns',
      'session.metric.value': 2,
    })
  })

  it('reports fields that belong to a start', () => {
    const { tracerProvider } = startApplication()
    const init = { sessionId: 'user_1_conv_1', name: 'Checkout', startTime: 1 }
    expect(problems(() => void resumeSession(init, { tracerProvider }))).toEqual({
      'session:unknown-field': 2,
    })
  })
})

const START_AND_RESUME = [
  ['startSession', startSession],
  ['resumeSession', resumeSession as typeof startSession],
] as const

describe.each(START_AND_RESUME)('an invalid session ID given to %s', (name, startOrResume) => {
  const invalid: [what: string, session: unknown, code: string][] = [
    ['a long string', 'x'.repeat(200), 'session-id:too-long'],
    ['an empty string', '', 'session-id:empty'],
    ['a string beyond US-ASCII', 'schön', 'session-id:not-ascii'],
    ['a string with a line break', 'a\nb', 'session-id:control-character'],
    ['null', null, 'session-id:not-a-string'],
    ['a number', 42, 'session-id:not-a-string'],
    ['an array', ['user_1_conv_1'], 'session-id:not-a-string'],
    ['a Promise', Promise.resolve('user_1_conv_1'), 'session-id:not-a-string'],
    ['an object that throws', new Proxy({}, { get: () => fail() }), 'session:unreadable'],
    ['sessionId with a long string', { sessionId: 'x'.repeat(200) }, 'session-id:too-long'],
    ['sessionId beyond US-ASCII', { sessionId: 'schön', userId: 'user_1' }, 'session-id:not-ascii'],
    ['sessionId null', { sessionId: null }, 'session-id:not-a-string'],
    ['sessionId with a number', { sessionId: 42 }, 'session-id:not-a-string'],
  ]
  if (name === 'resumeSession') {
    invalid.push(['nothing', undefined, 'session-id:not-a-string'])
    invalid.push(['an object without it', {}, 'session-id:not-a-string'])
  }

  it.each(invalid)('is counted, and not replaced: %s', (_, session, code) => {
    const { tracerProvider, names } = startApplication()
    const before = processStats().sessions
    const counted = problems(() => {
      expect(startOrResume(session as string, { tracerProvider }).id).toBe('')
    })
    expect(counted).toEqual({ [code]: 1 })
    expect(names()).toEqual([])
    expect(processStats().sessions).toEqual(before)
  })

  it('makes an object that runs functions without a session, emits nothing, and counts every call', async () => {
    const { tracerProvider, tracer, names, one } = startApplication()
    const outer = startSession('user_1_conv_1', { tracerProvider })
    const session = startOrResume({ sessionId: 'schön', userId: 'user_1' }, { tracerProvider })
    const calls = [
      () => expect(session.run(() => tracer.startSpan('work').end())).toBeUndefined(),
      () => expect(session.trace('turn', () => 1)).toBe(1),
      () => session.addTag('web'),
      () => session.setMetadata({ plan: 'pro' }),
      () => session.event('paid'),
      () => session.event(''),
      () => session.feedback({ score: 1 }),
      () => session.metric('turns', 1),
      () => void session.attach({ data: 'x' }),
      () => session.end({ state: 'success', reason: 'paid' }),
      () => session.end(),
    ]
    outer.run(() => {
      for (const call of calls) expect(problems(call)).toEqual({ 'session-span:no-session': 1 })
    })
    expect(session.ended).toEqual({ state: 'success', reason: 'paid' })
    await session[Symbol.asyncDispose]()
    expect(names()).toEqual(['session.start', 'work', 'turn'])
    for (const name of ['work', 'turn']) expect(one(name).attributes).toEqual({})
    expect(() => session.run('work' as never)).toThrow(TypeError)
    expect(() => session.trace('turn', 'work' as never)).toThrow(TypeError)
  })

  it('is logged once, with what to give', () => {
    const { tracerProvider } = startApplication()
    processState().problems.clear()
    const warnings = collectWarnings()
    const session = startOrResume('schön', { tracerProvider })
    startOrResume('schön', { tracerProvider })
    for (let count = 0; count < 3; count++) session.event('paid')
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('not-ascii')
    expect(warnings[0]).toContain('1 to 199 printable US-ASCII characters')
    expect(warnings[1]).toContain('session-span:no-session')
  })
})

describe('a session that is not started', () => {
  it('does not end the session that it would have replaced', () => {
    const { tracerProvider } = startApplication()
    const before = startSession('user_1_conv_1', { tracerProvider })
    startSession({ sessionId: 'schön', previousSessionId: 'user_1_conv_1' }, { tracerProvider })
    expect(before.ended).toBeUndefined()
  })
})

function fail(): never {
  throw new Error('hostile')
}
