import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { isDeep } from '../../../../../test/deep/runs.ts'
import { collectAllWarnings } from '../../../../../test/support/tracing.ts'
import type { BodyFormat } from '../../../src/persistent/encoder/codec.ts'
import { codecOf } from '../../../src/persistent/encoder/index.ts'
import { problems } from '../../../src/problems.ts'
import { decodeAs, encodeAll, FORMATS, written } from './support/codecs.ts'
import { decode, parse } from './support/decode.ts'
import { plainSpan } from './support/plain-span.ts'

/** The value of the attribute `value`. */
const writtenValue = (format: BodyFormat, value: unknown): unknown =>
  (written(format, { attributes: { value } })['attributes'] as { value: unknown }[])[0]?.value

afterEach(() => diag.disable())

// The first of this file, because it is logged once in a process.
it('a value that is exported in part is counted, and logged once', () => {
  const warnings = collectAllWarnings()
  const around: unknown[] = []
  around.push(around)
  let deep: unknown = 'deep'
  for (let level = 0; level < 31; level++) deep = { in: deep }
  for (const format of FORMATS)
    encodeAll(format, [plainSpan({ attributes: { around, deep, whole: [1, [2]] } })])
  expect(problems.counts()['value-cut']).toBe(4)
  expect(warnings).toEqual([expect.stringContaining('an attribute is exported in part')])
})

describe.each(FORMATS)('values that no endpoint would accept: %s', (format) => {
  const { encode } = codecOf(format)

  it('a value that contains itself is empty where it recurs', () => {
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

  it('a value is empty below 30 levels, because parsers reject deeper requests', () => {
    let value: unknown = 'deep'
    for (let level = 0; level < 5_000; level++) value = { in: value }
    const { encoded } = encode([plainSpan({ attributes: { value } })])
    const text = JSON.stringify(decodeAs(format, encoded?.body as Buffer))
    expect(text.match(/"in"/g)).toHaveLength(30)
    let last: unknown = 'deep'
    for (let level = 0; level < 30; level++) last = [last]
    expect(JSON.stringify(writtenValue(format, last))).toContain('deep')
  })

  // Seconds of a million values: in `test:deep`.
  it.runIf(isDeep)('a value has at most a million parts, shared or sparse ones included', () => {
    const sparse: number[] = []
    sparse.length = 4_000_000_000
    let shared: unknown = ['x']
    for (let level = 0; level < 29; level++) shared = [shared, shared]
    const attributes = { sparse, shared, after: [1, 2, 3] }
    const before = problems.counts()['value-cut'] ?? 0
    const body = encodeAll(format, [plainSpan({ attributes })])
    expect(problems.counts()['value-cut']).toBeGreaterThan(before)
    const { resourceSpans } = format === 'json' ? parse(body) : decode(body)
    const written = resourceSpans[0]?.scopeSpans[0]?.spans[0]?.['attributes']
    const [first, second, after] = written as { value: never }[]
    const countOf = ({ arrayValue }: { arrayValue?: { values: never[] } }): number =>
      (arrayValue?.values ?? []).reduce((sum, value) => sum + 1 + countOf(value), 0)
    expect(countOf(first?.value as never)).toBe(1_000_000)
    expect(countOf(second?.value as never)).toBe(1_000_000)
    expect(countOf(after?.value as never)).toBe(3)
  })

  it('a key that every object inherits is a key like others', () => {
    const attributes = JSON.parse('{"__proto__":{"__proto__":1},"constructor":"c","toString":[]}')
    const keys = (written(format, { attributes })['attributes'] as { key: string }[]).map(({ key }) => key)
    expect(keys).toEqual(['__proto__', 'constructor', 'toString'])
    const inherited = Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })
    expect(written(format, { attributes: inherited })['attributes']).toMatchObject([{ key: 'own' }])
  })

  it('a time is exact to the nanosecond, and an invalid one becomes the nearest valid one', () => {
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

  it('more keys than are cached are written as well', () => {
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
})

describe('values that JSON does not support', () => {
  const inJson = (value: unknown): unknown => {
    const { resourceSpans } = parse(encodeAll('json', [plainSpan({ attributes: { value } })]))
    const attributes = resourceSpans[0]?.scopeSpans[0]?.spans[0]?.['attributes']
    return (attributes as { value: unknown }[])[0]?.value
  }

  it('numbers that are not finite are strings: OpenTelemetry writes null, and collectors reject the request', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(inJson)).toEqual([
      { doubleValue: 'NaN' },
      { doubleValue: 'Infinity' },
      { doubleValue: '-Infinity' },
    ])
  })

  it('whole numbers are strings beyond 2^53, and doubles beyond 64 bits, for which OpenTelemetry writes an invalid integer', () => {
    expect(inJson(2 ** 53 - 1)).toEqual({ intValue: 2 ** 53 - 1 })
    expect(inJson(-(2 ** 60))).toEqual({ intValue: '-1152921504606846976' })
    expect(inJson(2 ** 63 - 1024)).toEqual({ intValue: '9223372036854774784' })
    expect(inJson(2 ** 63)).toEqual({ doubleValue: 2 ** 63 })
    expect(inJson(1e21)).toEqual({ doubleValue: 1e21 })
  })

  it('lone surrogates are U+FFFD as in UTF-8, because some parsers reject a request for one', () => {
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
