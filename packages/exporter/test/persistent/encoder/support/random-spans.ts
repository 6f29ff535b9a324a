import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { anyCharacter } from '../../../../../../test/support/any-character.ts'
import { plainSpan } from './plain-span.ts'

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdefABCDEF'), { minLength: length, maxLength: length })
    .map((all) => all.join(''))

/** Any UTF-16, with lone surrogates. */
const anyUtf16 = fc
  .array(fc.nat({ max: 0xffff }), { maxLength: 40 })
  .map((all) => String.fromCharCode(...all))
/** Strings of all sizes, for every length of a varint and every way to write a string. */
const long = fc
  .tuple(
    fc.constantFrom('a', 'ä', '世', '🌍', 'a世'),
    fc.constantFrom(15, 21, 40, 50, 64, 120, 127, 200, 5_500, 16_380, 20_000),
  )
  .map(([part, times]) => part.repeat(times))
const wellFormed = fc.oneof(
  { arbitrary: fc.string({ unit: anyCharacter }), weight: 4 },
  { arbitrary: fc.string(), weight: 4 },
  fc.constantFrom('', '__proto__', 'toString', 'gen_ai.prompt'),
  long,
)
const safeNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isPlain),
  fc.integer(),
  fc.maxSafeInteger(),
)
const anyNumber = fc.oneof(
  safeNumber,
  fc.double(),
  fc.constantFrom(
    -0,
    2 ** 31,
    2 ** 32,
    -(2 ** 32),
    2 ** 53,
    -(2 ** 53),
    2 ** 63,
    -(2 ** 63),
    2 ** 63 - 1024,
    1e21,
  ),
)

/** Numbers that JSON represents exactly. */
function isPlain(value: number): boolean {
  return !Number.isInteger(value) || (Number.isSafeInteger(value) && !Object.is(value, -0))
}

const time = fc.tuple(
  fc.oneof(
    fc.integer({ min: 0, max: 18_446_744_072 }),
    fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
  ),
  fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.constantFrom(0, 1, 999_999_999)),
)
const count = fc.oneof(fc.constant(0), fc.nat({ max: 0xffffffff }))

/** How strings and numbers are drawn: any for protobuf, and those that the SDK writes as valid JSON. */
export interface Draws {
  readonly text: fc.Arbitrary<string>
  readonly number: fc.Arbitrary<number>
}
export const ANYTHING: Draws = { text: fc.oneof(wellFormed, anyUtf16), number: anyNumber }
export const READABLE: Draws = { text: wellFormed, number: safeNumber }

/** Values of every type that an SDK line allows, and of some that none allows. */
function valuesOf({ text, number }: Draws): fc.Arbitrary<unknown> {
  const strange = fc.constantFrom<unknown>(
    null,
    undefined,
    5n,
    Symbol('s'),
    () => {},
    new Date(0),
    /./,
    new Map([[1, 2]]),
  )
  const simple = fc.oneof(
    { arbitrary: text, weight: 4 },
    { arbitrary: number, weight: 4 },
    { arbitrary: fc.boolean(), weight: 2 },
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    strange,
  )
  const withHoles = <T>(values: fc.Arbitrary<T>) =>
    fc.array(fc.option(values, { nil: undefined, freq: 6 }), { maxLength: 30 })
  const homogeneous = fc.oneof(
    withHoles(text),
    withHoles(number),
    withHoles(fc.boolean()),
    fc.constant(Object.assign(new Array(3), { 0: 1, 2: 3 })),
  )
  const nested = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      { arbitrary: simple, weight: 3 },
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(text, tie('value'), { maxKeys: 5 }),
    ),
  })).value
  return fc.oneof({ arbitrary: simple, weight: 6 }, { arbitrary: homogeneous, weight: 2 }, nested)
}

const attributesOf = (draws: Draws, maxKeys: number) =>
  fc.dictionary(draws.text, valuesOf(draws), { maxKeys, noNullPrototype: false })

function contextsOf(): fc.Arbitrary<object> {
  const traceState = fc.option(
    fc.constantFrom('a=1', 'vendor=1,other=2').map((text) => ({ serialize: () => text })),
    {
      nil: undefined,
    },
  )
  return fc.record({
    traceId: hex(32),
    spanId: hex(16),
    traceFlags: fc.constantFrom(0, 1, 2, 3, 255, 257),
    isRemote: fc.constantFrom(true, false, undefined),
    traceState,
  })
}

/** Spans of SDK 2 or 3 in several resources and scopes, all with different names. */
export function randomSpans(draws: Draws, maxLength = 8): fc.Arbitrary<ReadableSpan[]> {
  const { text } = draws
  const some = { minLength: 1, maxLength: 3 }
  const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
  const notEmpty = text.filter((value) => value !== '')
  const resources = fc.array(
    fc.record({ attributes: attributesOf(draws, 4), schemaUrl: optional(notEmpty) }),
    some,
  )
  const scopes = fc.uniqueArray(
    fc.record({
      name: text,
      version: optional(notEmpty),
      schemaUrl: optional(notEmpty),
      attributes: fc.option(
        fc.dictionary(text, fc.oneof(text, draws.number), { minKeys: 1, maxKeys: 3, noNullPrototype: false }),
        { nil: undefined },
      ),
    }),
    { ...some, selector: ({ name }) => name },
  )
  const attributes = attributesOf(draws, 12)
  const event = fc.record({
    name: text,
    time,
    attributes: optional(attributesOf(draws, 3)),
    droppedAttributesCount: optional(count),
  })
  const link = fc.record({
    context: contextsOf(),
    attributes: optional(attributesOf(draws, 3)),
    droppedAttributesCount: optional(count),
  })
  const fields = fc.record({
    context: contextsOf(),
    parentSpanContext: optional(contextsOf()),
    name: text,
    kind: fc.constantFrom(0, 1, 2, 3, 4, undefined),
    startTime: time,
    endTime: time,
    status: fc.record({ code: fc.constantFrom(0, 1, 2), message: optional(notEmpty) }),
    attributes,
    events: fc.array(event, { maxLength: 3 }),
    links: fc.array(link, { maxLength: 3 }),
    droppedAttributesCount: count,
    droppedEventsCount: count,
    droppedLinksCount: count,
  })
  const index = fc.nat({ max: 2 })
  const spans = fc.array(fc.tuple(fields, index, index), { minLength: 1, maxLength })
  return fc.tuple(resources, scopes, spans).map(([resources, scopes, spans]) =>
    spans.map(([{ context, ...others }, ofResource, ofScope]) => {
      const span = plainSpan({
        ...others,
        spanContext: () => context,
        resource: resources[ofResource % resources.length],
        instrumentationScope: scopes[ofScope % scopes.length],
      })
      return span as unknown as ReadableSpan
    }),
  )
}
