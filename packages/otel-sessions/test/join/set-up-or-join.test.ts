import {
  context,
  type DiagLogger,
  DiagLogLevel,
  diag,
  ProxyTracerProvider,
  propagation,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { registerSessions, sessionProcessors, usingSession } from 'otel-sessions'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Collector, startCollector } from '../../../../demo/support/collector.ts'
import { watchApi } from '../../src/join/api-global.ts'
import type { Application } from '../../src/join/application.ts'
import { register } from '../../src/join/index.ts'
import { SetUpOrJoin } from '../../src/join/set-up-or-join.ts'
import { readCommonEnvironment } from '../../src/register-sessions/environment/environment.ts'
import { FAKE, installInstrumentation } from './support.ts'

const shared = globalThis as { [key: symbol]: unknown }
const API = Symbol.for('opentelemetry.js.api.1')

let collector: Collector

beforeEach(async () => {
  collector = await startCollector()
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', collector.url)
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json')
  vi.stubEnv('OTEL_SESSIONS_AUTO_INSTRUMENT', 'false')
  forget()
})

afterEach(async () => {
  await (trace.getTracerProvider() as { getDelegate?(): Flushable }).getDelegate?.().shutdown?.()
  forget()
  vi.unstubAllEnvs()
  await collector.close()
})

/** As in a new process. */
function forget(): void {
  delete shared[API]
  delete shared[Symbol.for('otel-sessions.register')]
  for (const each of [trace, context, propagation, diag]) each.disable()
  resetProcessState()
}

interface Flushable {
  forceFlush?(): Promise<void>
  shutdown?(): Promise<void>
}

const ALONE: Application = { otherSdks: [], apiVersions: ['1.9.1'] }
const BESIDE: Application = { ...ALONE, otherSdks: ['@opentelemetry/sdk-node'] }

/** Starts as `otel-sessions/register` does, in an application. */
function start(application = ALONE, environment = readCommonEnvironment()): void {
  const setUpOrJoin = new SetUpOrJoin(environment)
  watchApi(setUpOrJoin)
  if (!setUpOrJoin.hasJoined) setUpOrJoin.setUp(application)
}

/** Sets a logger, and returns what it gets. */
function listen(...overrides: Partial<DiagLogger>[]): string[] {
  const heard: string[] = []
  const note = (...message: unknown[]) => void heard.push(message.join(' '))
  const logger = { error: note, warn: note, info: note, debug() {}, verbose() {} }
  diag.setLogger(Object.assign(logger, ...overrides), DiagLogLevel.INFO)
  return heard
}

/** A provider of the application, with the sessions of what it has made. */
function createTheirs(decorate: (processor: SpanProcessor) => readonly SpanProcessor[] = (each) => [each]) {
  const exporter = new InMemorySpanExporter()
  const processor = new SimpleSpanProcessor({ exporter })
  const provider = new TracerProvider({ spanProcessors: [...decorate(processor)] })
  const sessions = () =>
    exporter.getFinishedSpans().map(({ name, attributes }) => `${name}: ${attributes['session.id']}`)
  return { provider, sessions }
}

const work = (name: string, session = 'user_a_conv', tracer = trace.getTracer('app')) =>
  usingSession(session, () => tracer.startSpan(name).end())

/** Flushes the registered provider, and returns the spans that have arrived. */
async function arrived(): Promise<string[]> {
  await (trace.getTracerProvider() as unknown as { getDelegate(): Flushable }).getDelegate().forceFlush?.()
  return collector.spans().map(({ name, attributes }) => `${name}: ${attributes['session.id']}`)
}

describe('an application without an SDK', () => {
  test('gets spans with their sessions delivered, and context that follows promises', async () => {
    start()
    await usingSession('user_a_conv', async () => {
      await Promise.resolve()
      trace.getTracer('app').startSpan('work').end()
    })
    expect(await arrived()).toEqual(['work: user_a_conv'])
  })

  test('keeps the context manager and the propagator that it has registered before', () => {
    const manager = {
      active: () => context.active(),
      with: () => {},
      bind: () => {},
      enable() {},
      disable() {},
    }
    const propagator = { inject() {}, extract: () => {}, fields: () => ['theirs'] }
    context.setGlobalContextManager(manager as never)
    propagation.setGlobalPropagator(propagator as never)
    const heard = listen()
    start()
    // OpenTelemetry would log an error for a second registration.
    expect(heard).toEqual([expect.stringContaining('the application declares no SDK')])
    const { context: registered } = shared[API] as { context: object }
    expect(registered).toBe(manager)
    expect(propagation.fields()).toEqual(['theirs'])
  })

  test('can register a provider later, which makes the spans of all tracers; those from before are delivered', async () => {
    start()
    const tracer = trace.getTracer('app')
    work('before', 'user_a_conv', tracer)
    const theirs = createTheirs()
    expect(trace.setGlobalTracerProvider(theirs.provider)).toBe(true)
    work('after', 'user_b_conv', tracer)
    expect(theirs.sessions()).toEqual(['after: user_b_conv'])
    // The one that has made them delivers them by itself.
    await vi.waitUntil(() => collector.spans().length > 0, { timeout: 120_000 })
    expect(await arrived()).toEqual(['before: user_a_conv'])
  })

  test('has no spans and runs on if the provider cannot be created, which is said once', () => {
    const heard = listen()
    start()
    vi.stubGlobal('process', {
      ...process,
      get env(): NodeJS.ProcessEnv {
        throw Object.assign(new Error('secret_value'), { code: 'ERR_CODE' })
      },
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    expect(trace.getTracer('app').startSpan('work').isRecording()).toBe(false)
    expect(usingSession('user_a_conv', () => trace.getTracer('other').startSpan('x').isRecording())).toBe(
      false,
    )
    const warnings = heard.filter((message) =>
      message.includes('setting up the provider throws (Error, ERR_CODE)'),
    )
    expect(warnings).toHaveLength(1)
    expect(heard.join()).not.toContain('secret_value')
  })
})

describe('instrumentations that are installed', () => {
  test('are not loaded where another SDK is to register, which has its own', () => {
    vi.stubEnv('OTEL_SESSIONS_AUTO_INSTRUMENT', undefined)
    const installed = installInstrumentation()
    const heard = listen()
    start(BESIDE)
    expect(installed.provider).toBeUndefined()
    expect(heard.join()).toContain('waits for @opentelemetry/sdk-node to register a provider, and joins it')
  })

  test('make spans, also for registerSessions, and are silent once another SDK has its own', async () => {
    vi.stubEnv('OTEL_SESSIONS_AUTO_INSTRUMENT', undefined)
    const installed = installInstrumentation()
    start()
    const startSpan = () => installed.startSpan('of an instrumentation')
    expect(startSpan().isRecording()).toBe(true)
    const telemetry = registerSessions()
    onTestFinished(() => telemetry.shutdown())
    expect(trace.getTracerProvider()).toMatchObject({ _delegate: telemetry.provider })
    expect(startSpan().isRecording()).toBe(true)
    trace.disable()
    trace.setGlobalTracerProvider(createTheirs().provider)
    expect(startSpan().isRecording()).toBe(false)
  })

  test('make the spans of those that another SDK has too late, until a tracer of its provider makes one', () => {
    vi.stubEnv('OTEL_SESSIONS_AUTO_INSTRUMENT', undefined)
    const installed = installInstrumentation()
    listen()
    start()
    installed.reach()
    trace.getTracer(FAKE)
    const theirs = createTheirs()
    const tracer = theirs.provider.getTracer(FAKE)
    trace.setGlobalTracerProvider(theirs.provider)
    usingSession('user_a_conv', () => installed.startSpan('of the installed').end())
    tracer.startSpan('of the SDK').end()
    expect(installed.startSpan('after').isRecording()).toBe(false)
    expect(theirs.sessions()).toEqual(['of the installed: user_a_conv', 'of the SDK: undefined'])
  })

  test('flush spans of later, if they look for the flush at once, as that of AWS Lambda does', async () => {
    vi.stubEnv('OTEL_SESSIONS_AUTO_INSTRUMENT', undefined)
    const installed = installInstrumentation()
    listen()
    start()
    const found = (installed.provider as unknown as { getDelegate(): Flushable }).getDelegate()
    const flush = found.forceFlush?.bind(found)
    work('invocation')
    await flush?.()
    expect(collector.spans().map(({ name }) => name)).toEqual(['invocation'])
  })
})

test('registerSessions in code uses the variables of this package, so none is said to be ignored', () => {
  vi.stubEnv('OTEL_SESSIONS_BACKENDS', 'langfuse')
  vi.stubEnv('OTEL_SESSIONS_BACKFILL', 'false')
  const heard = listen()
  start()
  const telemetry = registerSessions()
  onTestFinished(() => telemetry.shutdown())
  expect(heard.filter((message) => message.includes('is ignored'))).toEqual([])
  // Another SDK's sessionProcessors do not use them.
  trace.disable()
  trace.setGlobalTracerProvider(createTheirs((each) => sessionProcessors([each])).provider)
  expect(heard.filter((message) => message.includes('is ignored'))).toHaveLength(2)
})

describe('a provider of somebody else', () => {
  test('that is there already is joined, and nothing is registered beside it', () => {
    const heard = listen()
    const theirs = createTheirs()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(theirs.provider)
    start()
    work('work')
    expect(theirs.sessions()).toEqual(['work: user_a_conv'])
    expect(heard).toEqual([
      'otel-sessions/register joins the registered provider (TracerProvider): sessions are on its spans, and it delivers them',
    ])
  })

  test('that is registered again is joined once, and said once', () => {
    const heard = listen()
    const theirs = createTheirs()
    start(BESIDE)
    for (let time = 0; time < 2; time++) {
      expect(trace.setGlobalTracerProvider(theirs.provider)).toBe(true)
      trace.disable()
    }
    usingSession('user_a_conv', () => theirs.provider.getTracer('app').startSpan('work').end())
    expect(theirs.sessions()).toEqual(['work: user_a_conv'])
    expect(heard.filter((message) => message.includes('the registered provider'))).toEqual([
      expect.stringContaining('joins the registered provider'),
    ])
  })

  test('that has sessions already stays as it is, which is said', () => {
    const heard = listen()
    const theirs = createTheirs((processor) => sessionProcessors([processor]))
    start(BESIDE)
    trace.setGlobalTracerProvider(theirs.provider)
    work('work')
    expect(theirs.sessions()).toEqual(['work: user_a_conv'])
    expect(heard.at(-1)).toContain('(TracerProvider) has a SessionSpanProcessor, so it stays as it is')
  })

  test.each([
    [
      'they inherit the session of their trace',
      undefined,
      ['inside: user_a_conv', 'beside: user_a_conv', 'root: user_a_conv'],
    ],
    [
      'they do not with OTEL_SESSIONS_BACKFILL=false',
      'false',
      ['inside: user_a_conv', 'beside: undefined', 'root: user_a_conv'],
    ],
  ])('has spans beside a scope: %s', async (_, variable, expected) => {
    vi.stubEnv('OTEL_SESSIONS_BACKFILL', variable)
    const theirs = createTheirs()
    start(BESIDE)
    trace.setGlobalTracerProvider(theirs.provider)
    trace.getTracer('app').startActiveSpan('root', (root) => {
      work('inside')
      trace.getTracer('app').startSpan('beside').end()
      root.end()
    })
    await theirs.provider.forceFlush()
    expect(theirs.sessions().sort()).toEqual(expected.sort())
  })

  test.each([
    ['Sentry 11', 'SentryTracerProvider', undefined, /has no span processors.* enableOpenTelemetrySetup/],
    ['dd-trace', 'TracerProvider', 'dd-trace', /passes its spans on to nobody.* by OTLP/],
    ['an unknown vendor', 'Vendor', undefined, /\(Vendor\) are out of reach/],
  ])('that cannot be joined is used as it is, with a remedy: %s', (_, className, key, said) => {
    if (key !== undefined) {
      shared[Symbol.for(key)] = {}
      onTestFinished(() => void delete shared[Symbol.for(key)])
    }
    const heard = listen()
    const getTracer = vi.fn((name: string) => new ProxyTracerProvider().getTracer(name))
    class Theirs {
      getTracer = getTracer
    }
    Object.defineProperty(Theirs, 'name', { value: className })
    start(BESIDE)
    trace.setGlobalTracerProvider(new Theirs())
    trace.disable()
    trace.setGlobalTracerProvider(new Theirs())
    work('work')
    expect(getTracer).toHaveBeenCalled()
    expect(heard.filter((message) => said.test(message))).toHaveLength(1)
  })

  test('is registered as without us if joining it throws', () => {
    const heard = listen()
    const theirs = createTheirs()
    const active = {
      get _spanProcessors() {
        throw new RangeError('secret_value')
      },
    }
    const provider = {
      getTracer: theirs.provider.getTracer.bind(theirs.provider),
      _activeSpanProcessor: active,
    }
    start(BESIDE)
    expect(trace.setGlobalTracerProvider(provider)).toBe(true)
    work('work')
    expect(theirs.sessions()).toEqual(['work: undefined'])
    expect(heard.at(-1)).toMatch(
      /joining the provider that was registered throws \(RangeError\).*spanProcessors: sessionProcessors/,
    )
    expect(heard.join()).not.toContain('secret_value')
  })
})

describe('two versions of the API', () => {
  const apiVersions = ['1.9.1', '1.4.0']

  test('keep it from registering anything of its own; it joins the SDK that is to come', () => {
    const heard = listen()
    start({ ...BESIDE, apiVersions })
    expect(trace.getTracer('app').startSpan('x').isRecording()).toBe(false)
    const theirs = createTheirs()
    expect(trace.setGlobalTracerProvider(theirs.provider)).toBe(true)
    usingSession('user_a_conv', () => theirs.provider.getTracer('app').startSpan('work').end())
    expect(heard[0]).toMatch(/waits for @opentelemetry\/sdk-node .*several versions .* \(1\.9\.1, 1\.4\.0\)/)
    expect(heard[1]).toContain('joins the registered provider')
  })

  test('without an SDK, nothing is set up, and Node prints why if there is no logger', () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => emitWarning.mockRestore())
    start({ ...ALONE, apiVersions })
    expect(trace.getTracer('app').startSpan('x').isRecording()).toBe(false)
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/nothing is set up: .*\(1\.9\.1, 1\.4\.0\)\. Install one/),
      { type: 'Warning', code: 'register:api-versions' },
    )
  })
})

test('a nested copy of the API that is too new for what is registered is said once, with the remedy', () => {
  const heard = listen()
  start()
  for (let time = 0; time < 4; time++) {
    const { version } = shared[API] as { readonly version: string }
    expect(version).toBe('1.10.0')
  }
  expect(heard.filter((message) => message.includes('newer version of @opentelemetry/api'))).toEqual([
    expect.stringContaining('npm ls @opentelemetry/api'),
  ])
})

describe('what it does', () => {
  test('is said at INFO to a logger that is set later', () => {
    start(BESIDE)
    expect(listen()).toEqual([expect.stringContaining('waits for @opentelemetry/sdk-node')])
  })

  test('is lost on a logger that throws, and the application runs', () => {
    const info = vi.fn(() => {
      throw new Error('logger')
    })
    listen({ info })
    start(BESIDE)
    expect(info).toHaveBeenCalled()
    const theirs = createTheirs()
    trace.setGlobalTracerProvider(theirs.provider)
    work('work')
    expect(theirs.sessions()).toHaveLength(1)
  })
})

describe('register', () => {
  test('joins a provider that is there already, and neither sets up nor waits for another one', () => {
    const theirs = createTheirs()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(theirs.provider)
    const heard = listen()
    register()
    work('work')
    expect(theirs.sessions()).toEqual(['work: user_a_conv'])
    // OpenTelemetry would log an error for a second registration.
    expect(heard).toEqual([expect.stringContaining('joins the registered provider')])
  })

  test('sets nothing up and joins nothing with OTEL_SDK_DISABLED=true', () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'true')
    const heard = listen()
    register()
    const theirs = createTheirs()
    expect(trace.getTracer('app').startSpan('x').isRecording()).toBe(false)
    trace.setGlobalTracerProvider(theirs.provider)
    work('work')
    expect(theirs.sessions()).toEqual(['work: undefined'])
    expect(heard[0]).toContain('OTEL_SDK_DISABLED is true')
  })

  test('called twice, does nothing the second time but say so', async () => {
    const heard = listen()
    register()
    register()
    work('work')
    expect(await arrived()).toEqual(['work: user_a_conv'])
    expect(heard).toEqual([
      expect.stringContaining('this one makes spans and delivers them'),
      expect.stringContaining('it is loaded twice'),
    ])
  })

  test('names the error, without its text, if starting fails', () => {
    const heard = listen()
    const descriptor = Object.getOwnPropertyDescriptor(process, 'argv') as PropertyDescriptor
    Object.defineProperty(process, 'argv', {
      configurable: true,
      get() {
        throw new RangeError('secret_value')
      },
    })
    onTestFinished(() => void Object.defineProperty(process, 'argv', descriptor))
    expect(() => register()).not.toThrow()
    expect(heard.join()).toContain('starting it throws (RangeError)')
    expect(heard.join()).not.toContain('secret_value')
  })

  test('says so where what is registered with the API is frozen', () => {
    const heard = listen()
    Object.freeze(shared[API])
    register()
    expect(heard.join()).toMatch(/is frozen, so no provider can be joined/)
    expect(work('work')).toBeUndefined()
  })
})
