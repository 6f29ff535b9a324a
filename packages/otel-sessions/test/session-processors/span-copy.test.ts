import { type Span, trace } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import fc from 'fast-check'
import { langfuse, usingSession } from 'otel-sessions'
import { beforeEach, expect, test } from 'vitest'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { Recorder, start } from './support.ts'

beforeEach(() => {
  resetProcessState()
  return stopTracing
})

type Fields = Record<string | symbol, unknown>

/** What a processor gets for ended spans that are changed. */
function copier(): (span: object) => ReadableSpan & Fields {
  const inner = new Recorder()
  const { processors } = start([inner], { backends: [langfuse], backfill: false })
  return (span) => {
    processors[1]?.onEnd(span as never)
    const copy = inner.ended.at(-1)
    // Not toBe: it would read all fields.
    expect(copy === span).toBe(false)
    return copy as ReadableSpan & Fields
  }
}

/** What the class of spans of the SDK has getters for. */
const GETTERS = ['duration', 'ended', 'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount']

const COMMON =
  '_spanContext kind attributes links events startTime resource _droppedAttributesCount _droppedEventsCount _droppedLinksCount name status endTime _ended _duration _spanProcessor _spanLimits _performanceStartTime _performanceOffset _startTimeProvided'
const LATER = 'parentSpanContext instrumentationScope'
const CONTEXT = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }

/** The value of each field is its name, except where it must be a span's. */
function fieldsOf(names: string): Fields {
  const fields: Fields = Object.fromEntries(names.split(' ').map((name) => [name, name]))
  return { ...fields, _spanContext: CONTEXT, attributes: { 'session.id': 'user_a_conv' } }
}

/** A class of spans with these fields, and with the getters and methods of the SDK's. */
function spanClass(names: string) {
  class SdkSpan {
    declare readonly _spanContext: unknown

    constructor() {
      Object.assign(this, fieldsOf(names))
    }

    spanContext() {
      return this._spanContext
    }
  }
  for (const name of GETTERS) {
    Object.defineProperty(SdkSpan.prototype, name, { get: () => `${name} of the class`, configurable: true })
  }
  return SdkSpan
}

/** An own field of each kind, as somebody may have set it on a span. */
const field = fc.record({
  key: fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'end', 'spanContext', 'parentSpanId', 'x'),
    fc.constantFrom(Symbol('a'), Symbol.for('sentry.otelSourceInference'), Symbol.toStringTag),
    fc.string(),
  ),
  value: fc.anything(),
  enumerable: fc.boolean(),
})

test('a copy has the fields of the span and no others, except what the class has getters for', () => {
  const copyOf = copier()
  const { tracer } = start([])
  for (const name of ['one', 'two']) {
    const span = usingSession('user_a_conv', () => tracer.startSpan(name)) as Span & ReadableSpan
    span.end()
    const copy = copyOf(span)
    expect(Reflect.ownKeys(copy).sort()).toEqual([...Reflect.ownKeys(span), ...GETTERS].sort())
    for (const key of Object.keys(copy).filter((key) => key !== 'attributes') as (keyof ReadableSpan)[]) {
      expect(copy[key]).toBe(span[key])
    }
  }
})

test.each([
  ['SDK 1.30', `${COMMON} parentSpanId instrumentationLibrary _attributeValueLengthLimit`, true],
  ['SDK 2.0', `${COMMON} ${LATER} _attributeValueLengthLimit`, true],
  ['SDK 2.12', `${COMMON} ${LATER} _attributeValueLengthLimit _attributesCount _recordEndMetrics`, true],
  ['SDK 3.1', `${COMMON} ${LATER} _attributesCount _recordEndMetrics`, true],
  ['a version to come', `${COMMON} ${LATER} _attributesCount _recordEndMetrics _new`, true],
  ['a class with other fields', '_spanContext name attributes mine', false],
])('the same with the fields of %s', (_, names, isSdk) => {
  const copyOf = copier()
  const SdkSpan = spanClass(names)
  for (const extra of [{}, { tenant: 'acme' }, {}]) {
    const span: Fields = Object.assign(new SdkSpan() as object, extra)
    const copy = copyOf(span)
    const keys = [...Object.keys(span), ...GETTERS]
    // Only a span that is not the SDK's gets a method of its own.
    expect(Object.keys(copy).sort()).toEqual([...keys, ...(isSdk ? [] : ['spanContext'])].sort())
    expect(copy).toBeInstanceOf(SdkSpan)
    expect(copy.constructor).toBe(SdkSpan)
    expect(copy.spanContext()).toBe(CONTEXT)
    for (const key of keys) {
      if (key !== 'attributes') expect(copy[key]).toBe(span[key])
      expect(Reflect.set(copy, key, 'written')).toBe(true)
    }
    expect(span['ended']).toBe('ended of the class')
  }
})

test('whatever has been set on a span, its copy has: strings and symbols, hidden or not, whatever their names', () => {
  const copyOf = copier()
  const { tracer } = start([])
  fc.assert(
    fc.property(fc.array(field, { maxLength: 4 }), (added) => {
      const span = usingSession('user_a_conv', () => tracer.startSpan('step')) as Span & ReadableSpan
      span.end()
      const context = span.spanContext()
      for (const { key, value, enumerable } of added) {
        // What validation reads must stay readable.
        const kept = key === 'spanContext' ? () => context : value
        Object.defineProperty(span, key, { value: kept, enumerable, writable: true, configurable: true })
      }
      const copy = copyOf(span)
      expect(Object.getPrototypeOf(Object.getPrototypeOf(copy))).toBe(Object.getPrototypeOf(span))
      for (const key of new Set(added.map((each) => each.key))) {
        expect(Object.getOwnPropertyDescriptor(copy, key)?.value).toBe(Reflect.get(span, key))
        expect(Reflect.set(copy, key, 'written')).toBe(true)
        expect(Object.prototype.propertyIsEnumerable.call(copy, key)).toBe(
          Object.prototype.propertyIsEnumerable.call(span, key),
        )
      }
      expect(copy.attributes).toMatchObject({ 'langfuse.session.id': 'user_a_conv' })
    }),
  )
})

test('plain spans differ in their fields, and so do their copies', () => {
  const copyOf = copier()
  const all = { ...fieldsOf(`${COMMON} ${LATER} ${GETTERS.join(' ')}`), spanContext: () => CONTEXT }
  const few = { ...fieldsOf('name mine'), spanContext: () => CONTEXT }
  for (const span of [all, few, all]) {
    expect(Object.keys(copyOf(span)).sort()).toEqual(Object.keys(span).sort())
  }
})

test('a span that inherits from another one gets a copy with what it has of that one', () => {
  const copyOf = copier()
  const SdkSpan = spanClass(`${COMMON} ${LATER}`)
  for (const name of ['one', 'two']) {
    const span = Object.assign(Object.create(Object.assign(new SdkSpan(), { name })), { mine: name })
    const copy = copyOf(span)
    expect([copy.name, copy['mine'], copy.ended]).toEqual([name, name, 'ended of the class'])
    expect(copy.spanContext()).toBe(CONTEXT)
  }
})

test('a class whose methods read what is private keeps its span context', () => {
  const copyOf = copier()
  class Private extends spanClass(`${COMMON} ${LATER}`) {
    readonly #context = CONTEXT

    override spanContext() {
      return this.#context
    }
  }
  const copy = copyOf(new Private())
  expect(copy).toBeInstanceOf(Private)
  expect(copy.spanContext()).toBe(CONTEXT)
  expect(copy.name).toBe('name')
})

test('a processor keeps what it has set on a span that ended long before others of its class', () => {
  const copyOf = copier()
  const provider = new BasicTracerProvider({ spanProcessors: [] })
  const copies = ['a', '', 'b'].map((tenant) => {
    const span = provider.getTracer('test').startSpan('step', { attributes: { 'session.id': 'user_a_conv' } })
    if (tenant !== '') Object.defineProperty(span, '_tenant', { value: tenant })
    span.end()
    return copyOf(span)
  })
  expect(copies.map((copy) => copy['_tenant'])).toEqual(['a', undefined, 'b'])
  expect(copies.map((copy) => trace.isSpanContextValid(copy.spanContext()))).toEqual([true, true, true])
})

test.each([
  ['of the SDK', () => new (spanClass(`${COMMON} ${LATER}`))()],
  ['of another class', () => new (spanClass('name resource'))()],
  ['that is a plain object', () => ({ ...fieldsOf('name resource'), spanContext: () => CONTEXT })],
])('a field that throws takes no other field away from a span %s', (_, make) => {
  const copyOf = copier()
  for (const tenant of ['one', 'two']) {
    const span = Object.defineProperty(make(), 'throws', {
      enumerable: true,
      get() {
        throw new Error('unreadable')
      },
    })
    const copy = copyOf(Object.assign(span, { tenant, [Symbol.for('tenant')]: tenant }))
    expect([copy['tenant'], copy[Symbol.for('tenant')], copy.name]).toEqual([tenant, tenant, 'name'])
    expect(copy.attributes).toHaveProperty(['langfuse.session.id'], 'user_a_conv')
    expect(Object.getPrototypeOf(copy)).not.toBe(Object.prototype)
    expect(() => copy['throws']).toThrow('unreadable')
  }
})
