import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import type { ExportableSpan } from '../../../src/span-types.ts'
import { encodedSpans, FORMATS } from './support/codecs.ts'
import { decode, placedSpans } from './support/decode.ts'
import { plainSpan } from './support/plain-span.ts'
import { sdkSpans } from './support/sdk-spans.ts'

/** The same span with the field names of SDK 1. */
function asSdk1(span: ReadableSpan): ExportableSpan {
  const { parentSpanContext, instrumentationScope, ...others } = span
  return plainSpan({
    ...others,
    spanContext: () => span.spanContext(),
    parentSpanId: parentSpanContext?.spanId,
    parentSpanContext: undefined,
    instrumentationScope: undefined,
    instrumentationLibrary: instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  })
}

describe.each(FORMATS)('spans of other SDK lines in %s', (format) => {
  it('of SDK 1 have their parent and scope, and no flag about a remote parent', () => {
    const spans = sdkSpans()
    const expected = placedSpans(decode(ProtobufTraceSerializer.serializeRequest(spans) as Uint8Array))
    const written = encodedSpans(format, spans.map(asSdk1))
    expect(written).toEqual(
      expected.map(({ span, ...around }) => ({ ...around, span: { ...span, flags: 1 } })),
    )
  })

  it('of SDK 1 without a parent have the flag that it is not remote', () => {
    const [written] = encodedSpans(format, [plainSpan({ parentSpanId: undefined })])
    expect(written?.span['flags']).toBe(0x101)
  })

  it('of SDK 3 have values of every type', () => {
    const attributes = {
      nothing: null,
      object: { role: 'user', parts: [{ text: 'hi' }, 1, 1.5, null] },
      mixed: ['a', 1, true, null, undefined],
      bytes: new Uint8Array([0, 255, 7]),
      nested: { a: { b: { c: [] } } },
    }
    const links = [
      { context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }, attributes },
    ]
    const [written] = encodedSpans(format, [plainSpan({ attributes, links })])
    const list = (...values: [string, unknown][]) => ({
      kvlistValue: { values: values.map(([key, value]) => ({ key, value, keyStrindex: 0 })) },
    })
    const expected = [
      ['nothing', {}],
      [
        'object',
        list(
          ['role', { stringValue: 'user' }],
          [
            'parts',
            {
              arrayValue: {
                values: [list(['text', { stringValue: 'hi' }]), { intValue: '1' }, { doubleValue: 1.5 }, {}],
              },
            },
          ],
        ),
      ],
      [
        'mixed',
        { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }, { boolValue: true }, {}, {}] } },
      ],
      ['bytes', { bytesValue: 'AP8H' }],
      ['nested', list(['a', list(['b', list(['c', { arrayValue: { values: [] } }])])])],
    ].map(([key, value]) => ({ key, value, keyStrindex: 0 }))
    expect(written?.span['attributes']).toEqual(expected)
    expect(written?.span['links']).toMatchObject([{ attributes: expected }])
  })
})
