import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import { codecOf } from '../../../src/persistent/encoder/index.ts'
import { decodeAs, encodeAll, encodedSpans, FORMATS, written } from './support/codecs.ts'
import { placedSpans } from './support/decode.ts'
import { plainSpan, resource, scope } from './support/plain-span.ts'

const throwing = (name: string) =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw new Error('not readable')
    },
  })

describe.each(FORMATS)('a broken span costs at most itself: %s', (format) => {
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

  it('spans that throw deep in a value do not shorten the values of those that follow', () => {
    const bad = plainSpan({ attributes: { value: [[[throwing('key')]]] } })
    const good = plainSpan({ attributes: { value: [[['deep']]] } })
    const { encoded } = encode([...Array.from({ length: 40 }, () => bad), good])
    const spans = placedSpans(decodeAs(format, encoded?.body as Buffer))
    expect(spans).toEqual(encodedSpans(format, [good]))
    expect(JSON.stringify(spans)).toContain('deep')
  })

  it('a resource or a scope that throws costs its spans, and no others', () => {
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

  it('there is no body without a readable span, and the next body is complete', () => {
    expect(encode([])).toEqual({ encoded: undefined, unreadable: 0 })
    expect(encode([plainSpan({ links: [null] })])).toEqual({ encoded: undefined, unreadable: 1 })
    expect(written(format, { name: 'next' })['name']).toBe('next')
  })

  it('an invalid ID is left out, because endpoints reject the whole request for it', () => {
    const good = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    for (const bad of ['', 'abc', '1'.repeat(31), 'g'.repeat(32), '１'.repeat(32), undefined, 5]) {
      const context = { ...good, traceId: bad }
      const span = written(format, { spanContext: () => context, links: [{ context }] })
      expect(span).toMatchObject({ traceId: '', spanId: 'IiIiIiIiIiI=', links: [{ traceId: '' }] })
      expect(written(format, { parentSpanContext: { spanId: bad } })['parentSpanId']).toBe('')
    }
  })

  it('missing fields and fields of a wrong type are written as empty', () => {
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

  it('any values anywhere: nothing throws, and every span is in the body or counted', () => {
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
      { numRuns: runs(1_000) },
    )
  })

  it('a span that ends another one while it is read is not mixed with it', () => {
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

  it('a huge span is complete, and does not affect the next one', () => {
    const prompt = '世界'.repeat(2_000_000)
    const body = encodeAll(format, [plainSpan({ attributes: { value: prompt } })])
    expect(placedSpans(decodeAs(format, body))[0]?.span['attributes']).toMatchObject([
      { value: { stringValue: prompt } },
    ])
    const next = encodeAll(format, [plainSpan({ name: 'next' })])
    expect(encodedSpans(format, [plainSpan({ name: 'next' })])).toHaveLength(1)
    expect(next.length).toBeLessThan(1_000)
  })

  it('spans of two scopes with the same name stay in two groups, as in the protobuf of OpenTelemetry', () => {
    const spans = [plainSpan(), plainSpan({ instrumentationScope: { ...scope } }), plainSpan()]
    const { resourceSpans } = decodeAs(format, encodeAll(format, spans))
    expect(resourceSpans[0]?.scopeSpans.map(({ spans }) => spans.length)).toEqual([2, 1])
    const others = [plainSpan(), plainSpan({ resource: { ...resource } })]
    expect(decodeAs(format, encodeAll(format, others)).resourceSpans).toHaveLength(2)
  })
})

it('a protobuf body has a buffer of its own, which retains nothing else', () => {
  const body = encodeAll('protobuf', [plainSpan()])
  expect(body.buffer.byteLength).toBe(body.length)
})
