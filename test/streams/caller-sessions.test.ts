// Whose a callback or a consumption is, if the caller's session is not set by a scope: by `setSpanSession` on a span, by
// an attribute, or by another library.

import { EventEmitter } from 'node:events'
import { type Context, context, createContextKey, type Span, trace } from '@opentelemetry/api'
import { bindSession, SessionSpanProcessor, setSpanSession, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, sessionsOf, startSpan, useTelemetry, work } from './support.ts'

useTelemetry()

const below = <T>(span: Span, fn: () => T): T => context.with(trace.setSpan(context.active(), span), fn)

const inContext = <T>(change: (context: Context) => Context, fn: () => T): T =>
  context.with(change(context.active()), fn)

const CALLERS: [string, <T>(session: string, fn: () => T) => T][] = [
  [
    'setSpanSession',
    (session, fn) => {
      const span = startSpan('request')
      setSpanSession(span, session)
      return below(span, fn)
    },
  ],
  [
    'setSpanSession on the span around',
    (session, fn) => {
      const span = startSpan('request')
      setSpanSession(span, session)
      return below(span, () => below(startSpan('inner'), fn))
    },
  ],
  ['an attribute at the start', (session, fn) => below(startSpan('request', { 'session.id': session }), fn)],
  [
    'an attribute that is written later',
    (session, fn) => below(startSpan('request').setAttribute('session.id', session), fn),
  ],
  ['an alias', (session, fn) => below(startSpan('request', { thread_id: session }), fn)],
  [
    'Langfuse',
    (session, fn) => inContext((one) => one.setValue(createContextKey('langfuse_session_id'), session), fn),
  ],
  [
    'OpenInference',
    (session, fn) =>
      inContext(
        (one) => one.setValue(createContextKey('OpenInference SDK Context Key session.id'), session),
        fn,
      ),
  ],
]

type Fn = () => void

describe.each(CALLERS)('a caller whose session is set by %s', (_, from) => {
  test('keeps it in a listener of an emitter of another session', () => {
    const bus = bindSession(new EventEmitter(), A)
    from(B, () => bus.on('message', () => work('listener')))
    bus.emit('message')
    expect(sessionsOf('listener')).toEqual([B])
  })

  test('keeps it in a callback for an object of another session', () => {
    const kept: Fn[] = []
    const view = bindSession({ query: (fn: Fn) => kept.push(fn) }, A)
    from(B, () => view.query(() => work('callback')))
    for (const fn of kept) fn()
    expect(sessionsOf('callback')).toEqual([B])
  })

  test('has its own function, if two callers share one', () => {
    const kept: Fn[] = []
    const bus = bindSession({ on: (fn: Fn) => kept.push(fn), consume: (fn: Fn) => kept.push(fn) }, A)
    const listener = () => work('listener')
    from(B, () => bus.on(listener))
    from('another_user', () => bus.consume(listener))
    for (const fn of kept) fn()
    expect(sessionsOf('listener')).toEqual([B, 'another_user'])
  })

  test('consumes in it what another session has consumed before', async () => {
    const shared = {
      async *[Symbol.asyncIterator]() {
        work('body')
        yield await Promise.resolve(1)
      },
    }
    const consume = async () => {
      for await (const _ of shared) work('consumer')
    }
    usingSession(A, () => shared)
    await consume()
    await from(B, consume)
    expect(sessionsOf('body')).toEqual([A, B])
  })

  test('gets what a scope inside it has returned, as handed over', async () => {
    await from(B, async () => {
      const stream = usingSession(A, () =>
        (async function* () {
          work('body')
          yield await Promise.resolve(1)
        })(),
      )
      for await (const _ of stream) work('consumer')
    })
    expect([distinctSessionsOf('body'), distinctSessionsOf('consumer')]).toEqual([[A], [B]])
  })
})

test('A caller whose session setSpanSession has cleared has none in a listener of an emitter of a session', () => {
  const bus = bindSession(new EventEmitter(), A)
  const span = startSpan('request')
  setSpanSession(span, null)
  below(span, () => bus.on('message', () => work('listener')))
  bus.emit('message')
  expect(sessionsOf('listener')).toEqual([undefined])
})

test('A caller below the span under which an emitter was bound has the emitter’s session', () => {
  const span = startSpan('request')
  setSpanSession(span, B)
  const bus = below(span, () => bindSession(new EventEmitter(), A))
  below(span, () => bus.on('message', () => work('listener')))
  bus.emit('message')
  expect(sessionsOf('listener')).toEqual([A])
})

test('a processor of another provider, with other options, does not change whose a callback is', () => {
  const [, inOpenInference] = CALLERS.at(-1) as (typeof CALLERS)[number]
  new SessionSpanProcessor({ maxLength: 3, aliases: ['chat'] })
  const bus = bindSession(new EventEmitter(), A)
  inOpenInference(B, () => bus.on('message', () => work('listener')))
  bus.emit('message')
  expect(sessionsOf('listener')).toEqual([B])
})
