import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { SessionSpanProcessor, sessionProcessors, usingSession } from 'otel-sessions'
import { describe, expect, test, vi } from 'vitest'
import { type Decorate, joinProvider } from '../../src/join/join-provider.ts'
import type { SpanProcessorLike } from '../../src/session-processors/types.ts'
import { useContextManager } from './support.ts'

useContextManager()

const decorate: Decorate = (processors) => sessionProcessors(processors)

function createProvider() {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  return {
    provider,
    sessions: () => exporter.getFinishedSpans().map((span) => span.attributes['session.id']),
  }
}

test('spans of tracers that were made before have their session, too', () => {
  const { provider, sessions } = createProvider()
  const tracer = provider.getTracer('before')
  expect(joinProvider(provider as never, decorate)).toBe('joined')
  usingSession('user_a_conv', () => tracer.startSpan('work').end())
  expect(sessions()).toEqual(['user_a_conv'])
})

test('a provider that stamps already stays as it is', () => {
  const exporter = new InMemorySpanExporter()
  const spanProcessors = [new SessionSpanProcessor(), new SimpleSpanProcessor({ exporter })]
  const provider = new TracerProvider({ spanProcessors })
  const decorating = vi.fn(decorate)
  expect(joinProvider(provider as never, decorating)).toBe('has-processor')
  expect(decorating).not.toHaveBeenCalled()
})

test('so does one whose only processor is a composite that stamps, as that of @vercel/otel', () => {
  const composite = Object.assign(recorder('composite', []), { processors: [new SessionSpanProcessor()] })
  const provider = { _activeSpanProcessor: { _spanProcessors: [composite] } }
  expect(joinProvider(provider as never, decorate)).toBe('has-processor')
})

test('a provider is as it was if decorating its processors throws', () => {
  const { provider, sessions } = createProvider()
  const fails = () => {
    throw new Error('decorating fails')
  }
  expect(() => joinProvider(provider as never, fails)).toThrow('decorating fails')
  provider.getTracer('x').startSpan('work').end()
  expect(sessions()).toEqual([undefined])
})

test.each([
  ['without processors, as that of Sentry 11', { getTracer() {} }],
  ['with private processors, as that of dd-trace', { getTracer() {}, addSpanProcessor() {} }],
  ['with one processor, which may be any composite', { activeSpanProcessor: { onStart() {}, onEnd() {} } }],
  ['with a list of processors that nothing calls', { _registeredSpanProcessors: [] }],
  ['of the API, that makes no spans', { getTracer() {}, getDelegate() {} }],
])('a provider %s is out of reach, and stays as it is', (_name, provider) => {
  const before = { ...provider }
  expect(joinProvider(provider as never, decorate)).toBe('unreachable')
  expect(provider).toEqual(before)
})

describe('SDK 1.x', () => {
  test('processors that are added after the registration get sessions', () => {
    const calls: string[] = []
    const first = recorder('first', calls)
    const provider = new ProviderOfSdk1([first])
    expect(joinProvider(provider as never, marking(calls))).toBe('joined')
    provider.addSpanProcessor(recorder('second', calls))
    provider.end()
    expect(calls).toEqual(['stamps', 'decorated', 'first', 'decorated', 'second'])
  })

  test('a processor that stamps is added as it is', () => {
    const calls: string[] = []
    const provider = new ProviderOfSdk1([recorder('first', calls)])
    joinProvider(provider as never, marking(calls))
    const [stamping] = sessionProcessors([])
    provider.addSpanProcessor(stamping as SpanProcessorLike)
    expect(provider._registeredSpanProcessors.at(-1)).toBe(stamping)
  })

  test('a processor is added as it is if decorating it throws, which reaches nobody', () => {
    const calls: string[] = []
    const provider = new ProviderOfSdk1([recorder('first', calls)])
    const mark = marking(calls)
    const second = recorder('second', calls)
    joinProvider(provider as never, (processors) => {
      if (processors.some(({ forceFlush }) => forceFlush === second.forceFlush)) throw new Error('no room')
      return mark(processors)
    })
    provider.addSpanProcessor(second)
    provider.end()
    expect(calls).toEqual(['stamps', 'decorated', 'first', 'second'])
  })

  test('the processor of the environment gets sessions, and is shut down when another one is added', () => {
    const calls: string[] = []
    const provider = new ProviderOfSdk1([], recorder('environment', calls))
    expect(joinProvider(provider as never, marking(calls))).toBe('joined')
    provider.end()
    expect(calls.splice(0)).toEqual(['stamps', 'decorated', 'environment'])
    provider.addSpanProcessor(recorder('added', calls))
    provider.addSpanProcessor(recorder('another', calls))
    expect(calls.splice(0)).toEqual(['environment is shut down'])
    provider.end()
    expect(calls).toEqual(['stamps', 'decorated', 'added', 'decorated', 'another'])
  })

  test.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
    ['returns no promise', () => undefined as never],
  ])('a processor is added although the shutdown of that of the environment %s', (_, shutdown) => {
    const calls: string[] = []
    const provider = new ProviderOfSdk1([], { ...recorder('environment', calls), shutdown })
    joinProvider(provider as never, marking(calls))
    provider.addSpanProcessor(recorder('added', calls))
    provider.end()
    expect(calls).toEqual(['stamps', 'decorated', 'added'])
  })

  test('a span that starts is stamped before the processor of the environment sees it', () => {
    const calls: string[] = []
    const starting = (name: string) => ({ ...recorder(name, calls), onStart: () => void calls.push(name) })
    const provider = new ProviderOfSdk1([], starting('environment'))
    joinProvider(provider as never, (processors) => [starting('stamps'), ...processors])
    provider.activeSpanProcessor.onStart({} as never, {} as never)
    expect(calls).toEqual(['stamps', 'environment'])
  })

  test('a flush and a shutdown reach the processor of the environment', async () => {
    const calls: string[] = []
    const provider = new ProviderOfSdk1([], recorder('environment', calls))
    joinProvider(provider as never, marking(calls))
    await provider.activeSpanProcessor.forceFlush()
    await provider.activeSpanProcessor.shutdown()
    expect(calls).toEqual(['environment is flushed', 'environment is shut down'])
  })
})

function fail(): never {
  throw new Error('no connection')
}

/** A processor that notes its calls. */
function recorder(name: string, calls: string[]): SpanProcessorLike {
  return {
    onStart() {},
    onEnd: () => void calls.push(name),
    forceFlush: async () => void calls.push(`${name} is flushed`),
    shutdown: async () => void calls.push(`${name} is shut down`),
  }
}

const quiet = { onStart() {}, forceFlush: async () => {}, shutdown: async () => {} }

/** Notes which processors it has decorated. */
const marking =
  (calls: string[]): Decorate =>
  (processors) => [
    { ...quiet, onEnd: () => void calls.push('stamps') },
    ...processors.map((each) => ({
      ...each,
      onEnd: (span: never) => {
        calls.push('decorated')
        each.onEnd(span)
      },
    })),
  ]

/** The part of `BasicTracerProvider` 1.30 that has to do with processors, as it is written there. */
class ProviderOfSdk1 {
  activeSpanProcessor: SpanProcessorLike
  readonly _registeredSpanProcessors: SpanProcessorLike[]

  constructor(spanProcessors: SpanProcessorLike[], ofEnvironment?: SpanProcessorLike) {
    this._registeredSpanProcessors = [...spanProcessors]
    this.activeSpanProcessor = ofEnvironment ?? multi(this._registeredSpanProcessors)
  }

  addSpanProcessor(processor: SpanProcessorLike): void {
    if (this._registeredSpanProcessors.length === 0) this.activeSpanProcessor.shutdown().catch(() => {})
    this._registeredSpanProcessors.push(processor)
    this.activeSpanProcessor = multi(this._registeredSpanProcessors)
  }

  end(): void {
    this.activeSpanProcessor.onEnd({} as never)
  }
}

function multi(_spanProcessors: SpanProcessorLike[]): SpanProcessorLike {
  return {
    ...quiet,
    ...{ _spanProcessors },
    onEnd: (span) => {
      for (const each of _spanProcessors) each.onEnd(span)
    },
  }
}
