import { trace } from '@opentelemetry/api'
import fc from 'fast-check'
import {
  backfill,
  langfuse,
  type RegisterSessionsOptions,
  registerSessions,
  sessionProcessors,
} from 'otel-sessions'
import { expect, test } from 'vitest'
import { register, useCollector } from './support.ts'

useCollector()

/** A wrong value for each option. */
const WRONG: Record<keyof RegisterSessionsOptions, unknown> = {
  aliases: 'secret_value',
  maxLength: 0,
  onOverwrite: 'secret_value',
  inferFromChildren: 'secret_value',
  defaultSession: '',
  onInvalid: 'secret_value',
  backends: ['secret_value'],
  backfill: true,
  instrumentations: ['secret_value'],
  autoInstrument: 'secret_value',
  keepSessionInLangChain: false,
  url: 'secret_value',
  headers: { 'secret name': 'secret_value' },
  compression: 'secret_value',
  protocol: 'grpc',
  timeoutMillis: 0,
  maxRetryAfterMillis: -1,
  httpAgentOptions: 'secret_value',
  concurrency: 0,
  maxExportBatchSize: 0,
  scheduledDelayMillis: -1,
  exportTimeoutMillis: 0,
  shutdownTimeoutMillis: 0,
  directory: '',
  durability: 'secret_value',
  fsync: 'secret_value',
  maxBytes: 1,
  maxAge: 0,
  minFreeDiskBytes: -1,
  maxMemoryBytes: 1,
  maxRejectedBytes: -1,
  overflow: 'secret_value',
  meterProvider: 'secret_value',
}

test.each(Object.entries(WRONG))('a wrong %s throws, is named, and nothing is registered', (name, value) => {
  let message = ''
  try {
    registerSessions({ [name]: value })
  } catch (error) {
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
    message = (error as Error).message
  }
  // Headers are named by their own name.
  expect(message).toMatch(new RegExp(`^registerSessions: option ${name}\\b`))
  expect(message).not.toContain('secret_value')
  expect(trace.getTracer('app').startSpan('work').isRecording()).toBe(false)
})

test.each([
  [{ session: {} }, 'there is no option "session"'],
  [{ backend: [langfuse] }, 'there is no option "backend"; the options are '],
  [{ spanProcessors: [] }, 'there is no option "spanProcessors"'],
  [null, 'options must be an object, they are null'],
  ['langfuse', 'options must be an object, they are a string of 8 characters'],
  [[langfuse], 'options must be an object, they are an array'],
])('%j is told from the options that there are', (options, message) => {
  expect(() => registerSessions(options as never)).toThrow(`registerSessions: ${message}`)
})

test.each([
  [
    [{}],
    'instrumentations[0] must be an instrumentation, with enable and setTracerProvider, it is a value of type object',
  ],
  [
    [[], [undefined]],
    'instrumentations[1] must be an instrumentation, with enable and setTracerProvider, it is undefined',
  ],
  [{}, 'instrumentations must be an array of instrumentations, it is a value of type object'],
])('instrumentations: %j is no list of instrumentations', (instrumentations, message) => {
  expect(() => registerSessions({ instrumentations: instrumentations as never })).toThrow(
    `registerSessions: option ${message}`,
  )
})

const WRONG_ELEMENTS = [
  null,
  undefined,
  {},
  7,
  true,
  'secret_value',
  () => 'secret_value',
  new Date(),
  Symbol('secret_value'),
]

/** Of arrays with one wrong element, those for which a function throws no error that names the option. */
function acceptedArrays(name: string, call: (options: object) => unknown): unknown[] {
  return WRONG_ELEMENTS.filter((element) => {
    // Any string is the name of an alias.
    if (name === 'aliases' && typeof element === 'string') return false
    try {
      call({ [name]: [element] })
      return true
    } catch (error) {
      const { message } = error as Error
      expect(message).toMatch(new RegExp(`^\\w+: option ${name}\\b`))
      expect(message).not.toContain('secret_value')
      return !(error instanceof TypeError || error instanceof RangeError)
    }
  })
}

test.each(Object.keys(WRONG))('an array of wrong elements is no value for %s', (name) => {
  expect(acceptedArrays(name, registerSessions)).toEqual([])
  expect(trace.getTracer('app').startSpan('work').isRecording()).toBe(false)
})

test.each([
  'backends',
  'backfill',
  'onInvalid',
  'aliases',
  'maxLength',
  'onOverwrite',
  'inferFromChildren',
  'defaultSession',
])('an array of wrong elements is no value for %s of sessionProcessors', (name) => {
  expect(acceptedArrays(name, (options) => sessionProcessors([], options))).toEqual([])
})

test('LangChain has no other modules than two', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('secret_value')
      },
    },
  )
  expect(() =>
    registerSessions({ keepSessionInLangChain: [{ AsyncCaller: class {} }, hostile as never] }),
  ).toThrow(
    "registerSessions: option keepSessionInLangChain[1] must be a module of LangChain's, with CallbackManager or AsyncCaller, it is a value of type object",
  )
})

test('a number out of its range is a RangeError, a wrong kind of value a TypeError', () => {
  expect(() => registerSessions({ maxLength: 0 })).toThrow(RangeError)
  expect(() => registerSessions({ onInvalid: 'keep' as never })).toThrow(TypeError)
})

test('options that are undefined are as if they were not there', () => {
  const names = Object.keys(WRONG) as (keyof RegisterSessionsOptions)[]
  register(Object.fromEntries(names.map((name) => [name, undefined])))
})

test('what stands on Object.prototype is no option', () => {
  Object.defineProperty(Object.prototype, 'durability', { value: 'span', configurable: true })
  try {
    register()
  } finally {
    Reflect.deleteProperty(Object.prototype, 'durability')
  }
})

test('any value of any option either works or throws an error that names the option and not the value', () => {
  const names = Object.keys(WRONG).filter((name) => name !== 'directory')
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.anything(), (name, value) => {
      const before = trace.getTracer('app')
      try {
        register({ [name]: value })
      } catch (error) {
        expect((error as Error).message).toMatch(/^registerSessions: /)
        expect((error as Error).message).toContain(name)
      }
      trace.disable()
      expect(before).toBeDefined()
    }),
  )
})

test('backfill() with limits is taken', () => {
  register({ backfill: backfill({ maxSpans: 10 }) })
})
