import { langfuse, SessionSpanProcessor, sessionProcessors, usingSession } from 'otel-sessions'
import { expect, test } from 'vitest'
import { inSpan, Recorder, start } from './support.ts'

test('every processor gets spans with the session, and with the keys of the backends', () => {
  const [one, other] = [new Recorder(), new Recorder()]
  const { tracer } = start([one, other], { backends: [langfuse] })
  usingSession({ sessionId: 'user_a_conv', userId: 'user_a' }, () => inSpan(tracer, 'step', () => {}))
  for (const { ended } of [one, other]) {
    expect(ended).toHaveLength(1)
    expect(ended[0]?.attributes).toMatchObject({
      'session.id': 'user_a_conv',
      'langfuse.session.id': 'user_a_conv',
      'user.id': 'user_a',
    })
  }
})

test('the first processor stamps, and each has counters', () => {
  const { tracer, processors } = start([new Recorder()])
  usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
  const [stamping, behind] = processors
  expect(stamping).toBeInstanceOf(SessionSpanProcessor)
  expect(stamping.stats().started.explicit).toBe(1)
  expect(behind?.stats()).toMatchObject({ session: { spans: 1, changed: 0, waiting: 0 }, failures: {} })
})

test('a span without a session waits for its trace and inherits its only session, unless that is turned off', () => {
  const [waiting, direct] = [new Recorder(), new Recorder()]
  const [a, b] = [start([waiting]), start([direct], { backfill: false })]
  for (const { tracer } of [a, b]) {
    inSpan(tracer, 'request', () => {
      inSpan(tracer, 'lookup', () => {})
      usingSession('user_a_conv', () => inSpan(tracer, 'step', () => {}))
    })
  }
  expect(waiting.sessions).toEqual({ lookup: 'user_a_conv', step: 'user_a_conv', request: 'user_a_conv' })
  expect(direct.sessions).toEqual({ lookup: undefined, step: 'user_a_conv', request: 'user_a_conv' })
})

test('what is no span processor is named', () => {
  const right = new Recorder()
  const make = (list: unknown, options?: object) => () => sessionProcessors(list as never, options)
  expect(make(right)).toThrow(
    'sessionProcessors: the first argument must be an array of span processors, it is a value of type object',
  )
  expect(make([right, right, 'batch'])).toThrow(
    'sessionProcessors: spanProcessors[2] must be a span processor, with onStart and onEnd; it is a string of 5 characters',
  )
  expect(make([{ export: () => {}, shutdown: () => {} }])).toThrow(
    'spanProcessors[0] must be a span processor, with onStart and onEnd; it is a value of type object: it is an exporter',
  )
  expect(make(new Array(2))).toThrow('spanProcessors[0] must be')
})
