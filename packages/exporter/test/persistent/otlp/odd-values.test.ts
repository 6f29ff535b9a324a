import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecOf } from '../../../dist/persistent/otlp/index.js'
import { decodeAs, encodeAll, encodedSpans, FORMATS } from './support/codecs.ts'
import { parse, placedSpans } from './support/decode.ts'
import { type Fields, plainSpan, resource, scope } from './support/plain-span.ts'

const throwing = (name: string) =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw new Error('not readable')
    },
  })

/** The span of the one body, written from these fields. */
const written = (format: (typeof FORMATS)[number], fields: Fields) =>
  encodedSpans(format, [plainSpan(fields)])[0]?.span ?? {}

/** The value of the attribute `value`. */
const writtenValue = (format: (typeof FORMATS)[number], value: unknown): unknown =>
  (written(format, { attributes: { value } })['attributes'] as { value: unknown }[])[0]?.value

describe.each(FORMATS)('what an application did to its spans costs at most those spans: %s', (format) => {
  const { encode } = codecOf(format)

  it('a span that throws when it is read is left out and counted, wherever it throws', () => {
    const throwings = [
      plainSpan({ attributes: throwing('key') }),
      plainSpan({ attributes: { list: [1, throwing('key')] } }),
      plainSpan({ events: [{ name: 'e', time: [1, 1], attributes: throwing('key') }] }),
      plainSpan({ links: [{ attributes: {} }] }),
      plainSpan({ spanContext: () => undefined }),
      ...['resource', 'instrumentationScope', 'name', 'status'].map((name) =>
        Object.create(plainSpan(), Object.getOwnPropertyDescriptors(throwing(name))),
      ),
      null as never,
    ]
    const spans = throwings.flatMap((span, index) => [span, plainSpan({ name: `good ${index}` })])
    const { encoded, unreadable } = encode(spans)
    expect(unreadable).toBe(throwings.length)
    const names = placedSpans(decodeAs(format, encoded?.body as Buffer)).map(({ span }) => span['name'])
    expect(names).toEqual(throwings.map((_, index) => `good ${index}`))
    expect(encoded?.spans).toBe(names.length)
  })

  it('a resource or a scope that throws takes its spans with it, and no others', () => {
    const bad = { attributes: throwing('key') }
    const spans = [
      plainSpan({ resource: bad }),
      plainSpan({ instrumentationScope: bad }),
      plainSpan({ name: 'good' }),
      plainSpan({ resource: bad, instrumentationScope: { name: 'other' } }),
    ]
    const { encoded, unreadable } = encode(spans)
    expect(unreadable).toBe(3)
    const { resourceSpans } = decodeAs(format, encoded?.body as Buffer)
    expect(resourceSpans.map(({ scopeSpans }) => scopeSpans.map(({ spans }) => spans.length))).toEqual([[1]])
  })

  it('there is no body where there is no span that can be read, and the next one is as ever', () => {
    expect(encode([])).toEqual({ encoded: undefined, unreadable: 0 })
    expect(encode([plainSpan({ links: [null] })])).toEqual({ encoded: undefined, unreadable: 1 })
    expect(written(format, { name: 'next' })['name']).toBe('next')
  })

  it('a value that holds itself is empty where it comes again', () => {
    const value: Record<string, unknown> = { a: 1 }
    value['self'] = value
    value['list'] = [value]
    const entries = (writtenValue(format, value) as { kvlistValue: { values: { value: unknown }[] } })
      .kvlistValue
    expect(entries.values.map((entry) => entry.value)).toEqual([
      { intValue: '1' },
      {},
      { arrayValue: { values: [{}] } },
    ])
  })

  it('a value is empty below 30 levels, because parsers refuse a request that goes deeper than they do', () => {
    let value: unknown = 'deep'
    for (let level = 0; level < 5_000; level++) value = { in: value }
    const { encoded } = encode([plainSpan({ attributes: { value } })])
    const text = JSON.stringify(decodeAs(format, encoded?.body as Buffer))
    expect(text.match(/"in"/g)).toHaveLength(30)
    let last: unknown = 'deep'
    for (let level = 0; level < 30; level++) last = [last]
    expect(JSON.stringify(writtenValue(format, last))).toContain('deep')
  })

  it('a value has at most a million values in it, however it shares them or leaves them out', () => {
    const sparse: number[] = []
    sparse.length = 4_000_000_000
    let shared: unknown = ['x']
    for (let level = 0; level < 29; level++) shared = [shared, shared]
    const attributes = { sparse, shared, after: [1, 2, 3] }
    const [first, second, after] = written(format, { attributes })['attributes'] as { value: never }[]
    const countOf = ({ arrayValue }: { arrayValue?: { values: never[] } }): number =>
      (arrayValue?.values ?? []).reduce((sum, value) => sum + 1 + countOf(value), 0)
    expect(countOf(first?.value as never)).toBe(1_000_000)
    expect(countOf(second?.value as never)).toBe(1_000_000)
    expect(countOf(after?.value as never)).toBe(3)
  })

  it('a key that every object has is a key like others', () => {
    const attributes = JSON.parse('{"__proto__":{"__proto__":1},"constructor":"c","toString":[]}')
    const keys = (written(format, { attributes })['attributes'] as { key: string }[]).map(({ key }) => key)
    expect(keys).toEqual(['__proto__', 'constructor', 'toString'])
    const inherited = Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })
    expect(written(format, { attributes: inherited })['attributes']).toMatchObject([{ key: 'own' }])
  })

  it('a time has every nanosecond, and one that is none is the nearest that is', () => {
    const startOf = (startTime: unknown) => written(format, { startTime })['startTimeUnixNano']
    expect(startOf([1_763_000_000, 123_456_789])).toBe('1763000000123456789')
    expect(startOf([4_294_967_295, 999_999_999])).toBe('4294967295999999999')
    expect(startOf([1, 1_500_000_000])).toBe('2500000000')
    expect(startOf([2, -1])).toBe('1999999999')
    expect(startOf([1.5, 2.9])).toBe('1000000002')
    expect(startOf([0, 5])).toBe('5')
    expect(startOf([-1, 0])).toBe('0')
    expect(startOf([1e300, 0])).toBe('18446744073709551615')
    for (const none of [undefined, null, 5, new Date(), [], ['1', '2'], [Number.NaN, Number.NaN], {}]) {
      expect(startOf(none)).toBe('0')
    }
  })

  it('an ID that is none is left out, because receivers refuse the whole request for it', () => {
    const good = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    for (const bad of ['', 'abc', '1'.repeat(31), 'g'.repeat(32), '１'.repeat(32), undefined, 5]) {
      const context = { ...good, traceId: bad }
      const span = written(format, { spanContext: () => context, links: [{ context }] })
      expect(span).toMatchObject({ traceId: '', spanId: 'IiIiIiIiIiI=', links: [{ traceId: '' }] })
      expect(written(format, { parentSpanContext: { spanId: bad } })['parentSpanId']).toBe('')
    }
  })

  it('fields that have the wrong type, or are not there, are as if nothing had been said', () => {
    const nothing = encodedSpans(format, [{ spanContext: () => ({}), attributes: {} }])
    expect(nothing).toMatchObject([
      { resource: { attributes: [] }, scope: { name: '' }, span: { name: '', kind: 0, status: { code: 0 } } },
    ])
    for (const wrong of [null, 'x', -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, {}, 1e12, true]) {
      const span = written(format, {
        kind: wrong,
        name: {},
        status: { code: wrong, message: 5 },
        attributes: wrong,
      })
      expect(span).toMatchObject({ kind: 0, name: '', status: { code: 0, message: '' } })
    }
    const counts = [-1, Number.NaN, 'x', {}, 0.5, null].map(
      (count) => written(format, { droppedEventsCount: count })['droppedEventsCount'],
    )
    expect(new Set(counts)).toEqual(new Set([0]))
    expect(written(format, { droppedEventsCount: 1e12 })['droppedEventsCount']).toBe(0xffffffff)
  })

  it('any values in any place: nothing throws, and every span is in the body or counted', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withTypedArray: true,
      withSparseArray: true,
      withMap: true,
    })
    const fields = Object.keys(plainSpan()).concat(
      'parentSpanId',
      'parentSpanContext',
      'instrumentationLibrary',
    )
    const strange = fc.dictionary(fc.constantFrom(...fields), anything, { noNullPrototype: false })
    fc.assert(
      fc.property(fc.array(strange, { minLength: 1, maxLength: 4 }), anything, (all, value) => {
        const spans = [...all.map(plainSpan), plainSpan({ attributes: { value } })]
        const { encoded, unreadable } = encode(spans)
        const read = placedSpans(decodeAs(format, encoded?.body as Buffer))
        expect(read.length).toBe(encoded?.spans)
        expect(read.length + unreadable).toBe(spans.length)
      }),
      { numRuns: 1_000 },
    )
  })

  it('a span that ends another one while it is read does not mix with it', () => {
    let inner: Buffer | undefined
    const outer = {
      name: 'outer',
      attributes: {
        get before() {
          inner = encodeAll(format, [plainSpan({ name: 'inner', attributes: { key: 'of the inner one' } })])
          return 'of the outer one'
        },
      },
    }
    expect(written(format, outer)).toMatchObject({
      name: 'outer',
      attributes: [{ key: 'before', value: { stringValue: 'of the outer one' } }],
    })
    expect(placedSpans(decodeAs(format, inner as Buffer))).toMatchObject([{ span: { name: 'inner' } }])
  })

  it('a giant is written whole, and leaves nothing behind', () => {
    const prompt = '世界'.repeat(2_000_000)
    const body = encodeAll(format, [plainSpan({ attributes: { value: prompt } })])
    expect(placedSpans(decodeAs(format, body))[0]?.span['attributes']).toMatchObject([
      { value: { stringValue: prompt } },
    ])
    const next = encodeAll(format, [plainSpan({ name: 'next' })])
    expect(encodedSpans(format, [plainSpan({ name: 'next' })])).toHaveLength(1)
    expect(next.length).toBeLessThan(1_000)
  })

  it('more keys than are remembered are written like those that are', () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, count) => [`user.${count}`, count]),
    )
    for (let round = 0; round < 2; round++) {
      const read = written(format, { attributes })['attributes'] as { key: string; value: unknown }[]
      expect(read.map(({ key, value }) => [key, value])).toEqual(
        Object.entries(attributes).map(([key, value]) => [key, { intValue: String(value) }]),
      )
    }
  })

  it('spans of two scopes that are called the same stay in two groups, as in the protobuf of OpenTelemetry', () => {
    const spans = [plainSpan(), plainSpan({ instrumentationScope: { ...scope } }), plainSpan()]
    const { resourceSpans } = decodeAs(format, encodeAll(format, spans))
    expect(resourceSpans[0]?.scopeSpans.map(({ spans }) => spans.length)).toEqual([2, 1])
    const others = [plainSpan(), plainSpan({ resource: { ...resource } })]
    expect(decodeAs(format, encodeAll(format, others)).resourceSpans).toHaveLength(2)
  })
})

describe('values that JSON has no notion of', () => {
  const inJson = (value: unknown): unknown => {
    const { resourceSpans } = parse(encodeAll('json', [plainSpan({ attributes: { value } })]))
    const attributes = resourceSpans[0]?.scopeSpans[0]?.spans[0]?.['attributes']
    return (attributes as { value: unknown }[])[0]?.value
  }

  it('numbers that are not finite are words: OpenTelemetry writes null, and collectors refuse the request', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(inJson)).toEqual([
      { doubleValue: 'NaN' },
      { doubleValue: 'Infinity' },
      { doubleValue: '-Infinity' },
    ])
  })

  it('whole numbers are digits beyond 2^53, and doubles beyond 64 bits, where OpenTelemetry has an integer that is none', () => {
    expect(inJson(2 ** 53 - 1)).toEqual({ intValue: 2 ** 53 - 1 })
    expect(inJson(-(2 ** 60))).toEqual({ intValue: '-1152921504606846976' })
    expect(inJson(2 ** 63 - 1024)).toEqual({ intValue: '9223372036854774784' })
    expect(inJson(2 ** 63)).toEqual({ doubleValue: 2 ** 63 })
    expect(inJson(1e21)).toEqual({ doubleValue: 1e21 })
  })

  it('halves of surrogate pairs are U+FFFD as in UTF-8: there are parsers that refuse the request for one', () => {
    const texts = [
      '\ud800',
      'a\udfffb',
      '\ud83d\ude00',
      '\\ud800',
      '\\\ud800',
      'C:\\udder',
      '\\\\ud800',
      '\u0007',
    ]
    for (const text of texts) {
      expect(inJson(text)).toEqual({ stringValue: Buffer.from(text).toString() })
      expect(encodeAll('json', [plainSpan({ attributes: { [text]: 1 } })]).toString()).not.toMatch(
        /(?<!\\)(\\\\)*\\ud/,
      )
    }
  })
})

it('a body in protobuf has a buffer of its own, so that nothing else is kept with it', () => {
  const body = encodeAll('protobuf', [plainSpan()])
  expect(body.buffer.byteLength).toBe(body.length)
})
