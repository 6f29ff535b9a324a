import { context, diag, metrics, ProxyTracerProvider, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type ApiObserver, watchApi } from '../../src/join/api-global.ts'

const API = Symbol.for('opentelemetry.js.api.1')
const shared = globalThis as { [API]?: Record<string, unknown> }

beforeEach(forget)
afterEach(forget)

/** As in a new process. */
function forget(): void {
  delete shared[API]
  trace.disable()
  context.disable()
  propagation.disable()
  diag.disable()
}

interface Noted extends ApiObserver {
  readonly providers: object[]
  readonly failures: unknown[]
  loggers: number
  refused: number
}

function watch(observer: Partial<ApiObserver> = {}): Noted {
  const noted: Noted = {
    providers: [],
    failures: [],
    loggers: 0,
    refused: 0,
    onProvider: (provider) => noted.providers.push(provider),
    onTracer: (_name, tracer) => tracer,
    onLogger: () => noted.loggers++,
    onRefused: () => noted.refused++,
    onFailure: (error) => noted.failures.push(error),
    isOwn: () => false,
    ...observer,
  }
  watchApi(noted)
  return noted
}

/** A provider whose tracers tell its name. */
function provider(name: string) {
  const noop = new ProxyTracerProvider()
  return { name, getTracer: () => Object.assign(noop.getTracer(name), { provider: name }) }
}

/** The name of the provider that the API has now. */
const current = (): unknown => (trace.getTracer('x') as { provider?: string }).provider

const isOwnOf =
  (own: object): ApiObserver['isOwn'] =>
  (_kind, value) =>
    value === own || (value as { _delegate?: object } | undefined)?._delegate === own

test('whoever gets a tracer of the registered provider gets what the observer returns', () => {
  const names: string[] = []
  watch({
    onTracer: (name, tracer) => {
      names.push(name)
      return Object.assign(Object.create(tracer), { provider: 'observer' })
    },
  })
  trace.setGlobalTracerProvider(provider('theirs'))
  expect(current()).toBe('observer')
  expect(names).toEqual(['x'])
})

test('an observer that throws for a tracer does no harm', () => {
  const noted = watch({
    onTracer: () => {
      throw new Error('of the observer')
    },
  })
  trace.setGlobalTracerProvider(provider('theirs'))
  expect(current()).toBe('theirs')
  expect(noted.failures).toHaveLength(1)
})

test('a provider that is registered later is told', () => {
  const noted = watch()
  const theirs = provider('theirs')
  expect(trace.setGlobalTracerProvider(theirs)).toBe(true)
  expect(noted.providers).toEqual([theirs])
  expect(current()).toBe('theirs')
})

test('a provider that is registered already is told at once', () => {
  const theirs = provider('theirs')
  trace.setGlobalTracerProvider(theirs)
  expect(watch().providers).toEqual([theirs])
})

test('a provider that is registered without the proxy of the API is told', () => {
  const noted = watch()
  const theirs = provider('theirs')
  diag.setLogger(silent)
  ;(shared[API] as Record<string, unknown>)['trace'] = theirs
  expect(noted.providers).toEqual([theirs])
})

test('a registration after disable() is told as well', () => {
  const noted = watch()
  const providers = [provider('first'), provider('second')]
  for (const each of providers) {
    expect(trace.setGlobalTracerProvider(each)).toBe(true)
    trace.disable()
  }
  expect(noted.providers).toEqual(providers)
})

test('our own provider gives way, and only once: a third one is refused', () => {
  const own = provider('own')
  const theirs = provider('theirs')
  const noted = watch({ isOwn: isOwnOf(own) })
  trace.setGlobalTracerProvider(own)
  // Another copy of the API finds it only there.
  expect(shared[API]?.['trace']).toBe(trace.getTracerProvider())
  expect(current()).toBe('own')
  expect(trace.setGlobalTracerProvider(theirs)).toBe(true)
  expect(noted.providers).toEqual([own, theirs])
  expect(current()).toBe('theirs')
  expect(trace.setGlobalTracerProvider(provider('third'))).toBe(false)
  expect(current()).toBe('theirs')
})

test('our own context manager and propagator give way', () => {
  const own = new AsyncLocalStorageContextManager().enable()
  const ownPropagator = new W3CBaggagePropagator()
  watch({ isOwn: (_kind, value) => value === own || value === ownPropagator })
  context.setGlobalContextManager(own)
  propagation.setGlobalPropagator(ownPropagator)
  expect(shared[API]?.['context']).toBe(own)
  expect(propagation.fields()).toEqual(['baggage'])
  const theirs = new AsyncLocalStorageContextManager().enable()
  expect(context.setGlobalContextManager(theirs)).toBe(true)
  expect(propagation.setGlobalPropagator(new W3CTraceContextPropagator())).toBe(true)
  expect(shared[API]?.['context']).toBe(theirs)
  expect(propagation.fields()).toContain('traceparent')
})

test('a logger that is set is told', () => {
  const noted = watch()
  diag.setLogger(silent)
  expect(noted.loggers).toBe(1)
})

test('an error of the observer reaches no registration', () => {
  const error = new Error('joining fails')
  const noted = watch({
    onProvider: () => {
      throw error
    },
    onLogger: () => {
      throw error
    },
    isOwn: () => {
      throw error
    },
  })
  diag.setLogger(silent)
  expect(trace.setGlobalTracerProvider(provider('theirs'))).toBe(true)
  expect(current()).toBe('theirs')
  expect(trace.setGlobalTracerProvider(provider('second'))).toBe(false)
  expect(noted.failures.length).toBeGreaterThan(0)
})

test('where what is registered is frozen, nothing is changed, and the caller is told', () => {
  diag.setLogger(silent)
  const api = Object.freeze(shared[API])
  expect(() => watch()).toThrow(TypeError)
  expect(Object.getOwnPropertyDescriptor(globalThis, API)?.value).toBe(api)
})

/** What a copy of the API finds that reads as those of version 1.10 do. */
function readAsNewer(minor: number): unknown {
  const api = shared[API]
  const [, registered = 0] = String(api?.['version']).split('.').map(Number)
  return registered >= minor ? api?.['trace'] : undefined
}

test('a newer copy of 1.10 finds what one of 1.9 has registered, and registers nothing itself', () => {
  const noted = watch()
  trace.setGlobalTracerProvider(provider('theirs'))
  expect(readAsNewer(10)).toBe(trace.getTracerProvider())
  expect(current()).toBe('theirs')
  // As 1.10 does it: the version must be the same exactly.
  const api = shared[API] as Record<string, unknown>
  shared[API] = api
  expect(api['version']).toMatch(/^1\.9\./)
  expect(noted.refused).toBe(0)
})

test('a copy that is newer still is told of, and finds nothing as without us', () => {
  const noted = watch()
  trace.setGlobalTracerProvider(provider('theirs'))
  for (let time = 0; time < 2; time++) expect(readAsNewer(11)).toBeUndefined()
  expect(noted.refused).toBe(1)
  expect(noted.failures).toEqual([])
})

test('a copy that uses meters or logs is not taken for one that is too new', () => {
  const noted = watch()
  trace.setGlobalTracerProvider(provider('theirs'))
  for (let time = 0; time < 3; time++) {
    metrics.getMeterProvider()
    const { version } = shared[API] as Record<string, unknown>
    expect([version, shared[API]?.['logs']]).toEqual(['1.10.0', undefined])
  }
  expect(noted.refused).toBe(0)
})

test('who registers is told the version itself, whatever the observer reads meanwhile', () => {
  watch({ onProvider: () => void shared[API]?.['diag'] })
  const api = { version: '1.9.0', trace: provider('theirs') }
  shared[API] = api
  expect(api.version).toBe('1.9.0')
  expect(shared[API]?.['version']).toBe('1.10.0')
})

test('the version can be written, as without us', () => {
  watch()
  diag.setLogger(silent)
  const api = shared[API] as Record<string, unknown>
  api['version'] = '1.8.0'
  expect(shared[API]?.['version']).toBe('1.8.0')
})

test('what a copy of 1.10 has registered is watched, though its version cannot be changed', () => {
  const api = Object.defineProperty({}, 'version', { value: '1.10.0', enumerable: true })
  shared[API] = api as Record<string, unknown>
  const noted = watch()
  const theirs = provider('theirs')
  ;(api as Record<string, unknown>)['trace'] = theirs
  expect(noted.providers).toEqual([theirs])
  expect(shared[API]?.['version']).toBe('1.10.0')
})

const silent = { error() {}, warn() {}, info() {}, debug() {}, verbose() {} }

/** What an application may do with the API, in any order. */
const OPERATIONS = {
  register: () => trace.setGlobalTracerProvider(provider('theirs')),
  'register another': () => trace.setGlobalTracerProvider(provider('another')),
  disable: () => trace.disable(),
  read: () => current(),
  'set a logger': () => diag.setLogger(silent, { suppressOverrideMessage: true }),
  'set a context manager': () => context.setGlobalContextManager(new AsyncLocalStorageContextManager()),
  'disable the context manager': () => context.disable(),
  'read the active context': () => context.active() !== undefined,
  'set a propagator': () => propagation.setGlobalPropagator(new W3CBaggagePropagator()),
}
type Operation = keyof typeof OPERATIONS

test('whatever an application does with the API has the same results as without us', () => {
  const operation = fc.constantFrom(...(Object.keys(OPERATIONS) as Operation[]))
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
      const play = (begin: () => void) => {
        forget()
        begin()
        return operations.map((each) => OPERATIONS[each]())
      }
      const without = play(() => {})
      expect(play(watch)).toEqual(without)
      // With our own provider, a read finds it where there is none otherwise, until it was disabled.
      const own = provider('own')
      const manager = new AsyncLocalStorageContextManager().enable()
      const withOwn = play(() => {
        watch({ isOwn: (kind, value) => value === manager || isOwnOf(own)(kind, value) })
        trace.setGlobalTracerProvider(own)
        context.setGlobalContextManager(manager)
      })
      expect(withOwn.map((each) => (each === 'own' ? undefined : each))).toEqual(without)
    }),
  )
})

test('an error of the API itself is logged as without us', () => {
  watch()
  const error = vi.fn()
  diag.setLogger({ ...silent, error })
  trace.setGlobalTracerProvider(provider('theirs'))
  trace.setGlobalTracerProvider(provider('second'))
  expect(error).toHaveBeenCalledOnce()
})
