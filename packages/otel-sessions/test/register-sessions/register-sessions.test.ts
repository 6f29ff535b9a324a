import {
  context,
  createContextKey,
  DiagLogLevel,
  diag,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CBaggagePropagator } from '@opentelemetry/core'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { bindSession, langfuse, registerSessions, sessionProcessors, usingSession } from 'otel-sessions'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { arrived, endSpan, register, useCollector } from './support.ts'

useCollector()

test('one call is enough: a span in a scope arrives with its session and user', async () => {
  const telemetry = register()
  usingSession({ sessionId: 'user_a_conv', userId: 'user_a' }, () => endSpan('one call'))
  expect(await arrived(telemetry, 'one call')).toMatchObject([
    { attributes: { 'session.id': 'user_a_conv', 'user.id': 'user_a' } },
  ])
})

test('sessions of two users at once stay apart across awaits', async () => {
  const telemetry = register()
  const request = (user: string) =>
    usingSession(user, async () => {
      await new Promise(setImmediate)
      endSpan('concurrent', { user })
    })
  await Promise.all(['user_a_conv', 'user_b_conv'].map(request))
  const spans = await arrived(telemetry, 'concurrent')
  expect(spans).toHaveLength(2)
  for (const { attributes } of spans) expect(attributes['session.id']).toBe(attributes['user'])
})

test('backends get their keys', async () => {
  const telemetry = register({ backends: [langfuse] })
  usingSession({ sessionId: 'user_a_conv', userId: 'user_a' }, () => endSpan('for langfuse'))
  const [span] = await arrived(telemetry, 'for langfuse')
  expect(span?.attributes).toMatchObject({
    'langfuse.session.id': 'user_a_conv',
    'langfuse.user.id': 'user_a',
  })
})

test.each([
  ['by default, spans beside a scope inherit the only session of their trace', undefined, 'user_a_conv'],
  ['with backfill: false, they have none', false, undefined],
] as const)('%s', async (name, backfill, session) => {
  const telemetry = register({ backfill })
  trace.getTracer('app').startActiveSpan('root', (root) => {
    usingSession('user_a_conv', () => endSpan('in the scope'))
    endSpan(name)
    root.end()
  })
  const [span] = await arrived(telemetry, name)
  expect(span).toBeDefined()
  expect(span?.attributes['session.id']).toBe(session)
})

test('aliases and maxLength hold when a span starts and before it is exported', async () => {
  const telemetry = register({ aliases: ['my.id'], maxLength: 5 })
  endSpan('by an alias', { 'my.id': 'abc' })
  endSpan('too long', { 'my.id': 'abcdef' })
  expect((await arrived(telemetry, 'by an alias'))[0]?.attributes['session.id']).toBe('abc')
  expect((await arrived(telemetry, 'too long'))[0]?.attributes['session.id']).toBeUndefined()
})

describe('what is registered already', () => {
  test('a second call changes nothing, says so once, and returns what the first has set up', async () => {
    const warnings = collectWarnings()
    const telemetry = register()
    endSpan('before the second call')
    expect(registerSessions()).toBe(telemetry)
    expect(registerSessions({ url: 'http://127.0.0.1:1' })).toBe(telemetry)
    endSpan('after the second call')
    expect(await arrived(telemetry, 'before the second call')).toHaveLength(1)
    expect(await arrived(telemetry, 'after the second call')).toHaveLength(1)
    expect(warnings.filter((each) => each.includes('registerSessions was called again'))).toHaveLength(1)
  })

  test('a provider of somebody else stays, and the message names what to use instead', async () => {
    const warnings = collectWarnings()
    const memory = new InMemorySpanExporter()
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] })
    const flush = vi.spyOn(provider, 'forceFlush')
    const shutdown = vi.spyOn(provider, 'shutdown')
    trace.setGlobalTracerProvider(provider)
    const telemetry = registerSessions()
    endSpan('of the other provider')
    telemetry.provider.getTracer('app').startSpan('by the handle').end()
    expect(memory.getFinishedSpans().map(({ name }) => name)).toEqual([
      'of the other provider',
      'by the handle',
    ])
    await telemetry.flush()
    expect(flush).toHaveBeenCalledTimes(1)
    await telemetry.shutdown()
    expect(flush).toHaveBeenCalledTimes(2)
    expect(shutdown).not.toHaveBeenCalled()
    expect(telemetry.stats()).toMatchObject({
      stamping: undefined,
      validation: undefined,
      delivery: undefined,
    })
    const [warning] = warnings.filter((each) => each.includes('another tracer provider'))
    expect(warning).toContain('sessionProcessors([…])')
    expect(warning).toContain('node --import otel-sessions/register')
  })

  const exports = new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })
  test.each([
    ['_activeSpanProcessor', sessionProcessors([exports])],
    ['activeSpanProcessor', sessionProcessors([exports])],
    ['_activeSpanProcessor, as @vercel/otel has them', [{ processors: sessionProcessors([exports]) }]],
  ])(
    'a provider of somebody else that has sessions, in its %s, is told from one that has none',
    (where, list) => {
      const warnings = collectWarnings()
      const property = /^\w+/.exec(where)?.[0] as string
      const provider = { getTracer: trace.getTracer, [property]: { _spanProcessors: list } }
      trace.setGlobalTracerProvider(provider)
      registerSessions()
      expect(warnings).toEqual([expect.stringContaining('Its spans get their sessions all the same')])
    },
  )

  test('a provider that cannot be flushed is no error', async () => {
    collectWarnings()
    trace.setGlobalTracerProvider({ getTracer: () => trace.getTracer('app') })
    const telemetry = registerSessions()
    await telemetry.flush()
    await telemetry.shutdown()
  })

  test('a context manager, a propagator and a logger of the application stay', () => {
    const logged: unknown[] = []
    const log = (text: string) => logged.push(text)
    const logger = { error: log, warn: log, info: log, debug: log, verbose: log }
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
    const key = createContextKey('mine')
    const manager = new AsyncLocalStorageContextManager().enable()
    context.setGlobalContextManager(manager)
    propagation.setGlobalPropagator(new W3CBaggagePropagator())
    register()
    manager.with(ROOT_CONTEXT.setValue(key, 'value'), () =>
      expect(context.active().getValue(key)).toBe('value'),
    )
    expect(propagation.fields()).toEqual(['baggage'])
    // The API reports what is registered twice as an error.
    expect(logged).toEqual([])
    diag.warn('to the logger of the application')
    expect(logged).toEqual(['to the logger of the application'])
  })

  test('an API that does not take the provider is reported', () => {
    const warnings = collectWarnings()
    const api = globalThis as Record<symbol, unknown>
    const key = Symbol.for('opentelemetry.js.api.1')
    const before = api[key]
    // As an application leaves it whose version of the API is another one.
    api[key] = { ...(before as object), version: '1.0.0' }
    register()
    api[key] = before
    expect(warnings.join()).toContain('npm ls @opentelemetry/api')
  })
})

test('no listener for signals is added: the process ends on them as before', () => {
  const before = process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')
  register()
  expect(process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')).toBe(before)
})

describe('modules of LangChain in a bundle', () => {
  test('are bound, so that their callbacks keep the session', async () => {
    const { CallbackManager } = await import('@langchain/core/callbacks/manager')
    const { AsyncCaller } = await import('@langchain/core/utils/async_caller')
    const { handleChainStart } = CallbackManager.prototype
    register({ keepSessionInLangChain: [{ CallbackManager }, { AsyncCaller }] })
    expect(CallbackManager.prototype.handleChainStart).not.toBe(handleChainStart)
  })
})

test('the helpers of the package work with it', async () => {
  const telemetry = register()
  const later = bindSession(() => endSpan('bound'), 'user_a_conv')
  later()
  expect((await arrived(telemetry, 'bound'))[0]?.attributes['session.id']).toBe('user_a_conv')
})

test('with OTEL_TRACES_EXPORTER=console, a short script prints all of its spans before it ends', async () => {
  vi.stubEnv('OTEL_TRACES_EXPORTER', 'console')
  const printed = vi.spyOn(console, 'dir').mockImplementation(() => {})
  onTestFinished(() => printed.mockRestore())
  const telemetry = registerSessions()
  usingSession('user_a_conv', () => endSpan('work'))
  await telemetry.shutdown()
  expect(printed.mock.calls.map(([span]) => span)).toMatchObject([
    { name: 'work', attributes: { 'session.id': 'user_a_conv' } },
  ])
})
