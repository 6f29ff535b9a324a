import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import { anyCharacter } from '../../../../../test/support/any-character.ts'
import { codecOf } from '../../../src/persistent/encoder/index.ts'
import { FORMATS } from './support/codecs.ts'
import { encodeAnswer } from './support/decode.ts'

const MEBIBYTE = 1024 * 1024
const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json; charset=utf-8'
const inJson = (answer: unknown) => Buffer.from(JSON.stringify(answer))

describe.each(FORMATS)('the answer to a request in %s', (format) => {
  const { readAnswer } = codecOf(format)

  it('is read in the format of its content type', () => {
    const property = fc.property(
      fc.maxSafeNat(),
      fc.string({ unit: anyCharacter, minLength: 1 }),
      (rejectedSpans, message) => {
        const answer = { partialSuccess: { rejectedSpans, errorMessage: message } }
        const expected = { rejectedSpans, message }
        expect(readAnswer(encodeAnswer(answer), PROTOBUF)).toEqual(expected)
        expect(readAnswer(inJson(answer), JSON_TYPE)).toEqual(expected)
        const asDigits = {
          partialSuccess: { ...answer.partialSuccess, rejectedSpans: String(rejectedSpans) },
        }
        expect(readAnswer(inJson(asDigits), 'Application/JSON')).toEqual(expected)
      },
    )
    fc.assert(property)
  })

  it('is read in the format of the request if it has no content type', () => {
    const answer = { partialSuccess: { rejectedSpans: 3, errorMessage: 'too old' } }
    const body = format === 'json' ? inJson(answer) : encodeAnswer(answer)
    expect(readAnswer(body, undefined)).toEqual({ rejectedSpans: 3, message: 'too old' })
    expect(readAnswer(body, '')).toEqual({ rejectedSpans: 3, message: 'too old' })
  })

  it.each([
    undefined,
    '',
    'application/octet-stream',
    'text/plain',
    'text/plain; charset=utf-8',
    'text/html',
    'application/vnd.google.protobuf',
    'application/problem+json; charset=utf-8',
    PROTOBUF,
    `${PROTOBUF}; messageType="x"`,
    JSON_TYPE,
    'APPLICATION/JSON',
  ])('is read in whichever format it has, although it says %j', (type) => {
    const expected = { rejectedSpans: 3, message: 'too old' }
    const answer = { partialSuccess: { rejectedSpans: 3, errorMessage: 'too old' } }
    expect(readAnswer(encodeAnswer(answer), type)).toEqual(expected)
    const texts = [
      JSON.stringify(answer),
      ` \n${JSON.stringify(answer, undefined, 2)}\n`,
      `\uFEFF${JSON.stringify(answer)}`,
      '{"partial_success":{"rejected_spans":3,"error_message":"too old"}}',
      '{"partial_success":{"rejected_spans":"3","error_message":"too old"}}',
      '{"partialSuccess":{"rejected_spans":"3","errorMessage":"too old"}}',
      '{"partial_success":{"rejectedSpans":3.0,"error_message":"too old"},"partialSuccess":null}',
    ]
    for (const text of texts) expect(readAnswer(Buffer.from(text), type)).toEqual(expected)
    for (const text of ['', 'ok', 'OK\n', '\n', '{}', '<html>3</html>', '[3]', '"3"', ' {}', '\t{ }\n']) {
      expect(readAnswer(Buffer.from(text), type)).toBeUndefined()
    }
  })

  it('is undefined if it reports nothing', () => {
    for (const answer of [
      {},
      { partialSuccess: {} },
      { partialSuccess: { rejectedSpans: 0, errorMessage: '' } },
    ]) {
      expect(readAnswer(encodeAnswer(answer), PROTOBUF)).toBeUndefined()
      expect(readAnswer(inJson(answer), JSON_TYPE)).toBeUndefined()
    }
    for (const text of [
      'null',
      '5',
      '[]',
      '{"partialSuccess":null}',
      '{"partialSuccess":5}',
      '{"partialSuccess":{"rejectedSpans":{}}}',
      '{',
    ]) {
      expect(readAnswer(Buffer.from(text), JSON_TYPE)).toBeUndefined()
    }
    expect(readAnswer(Buffer.from('<html>'), PROTOBUF)).toBeUndefined()
  })

  it('reports no rejected span for a warning, also with an invalid number', () => {
    const warning = { rejectedSpans: 0, message: 'slow down' }
    for (const rejectedSpans of [0, -5]) {
      const answer = { partialSuccess: { rejectedSpans, errorMessage: 'slow down' } }
      expect(readAnswer(encodeAnswer(answer), PROTOBUF)).toEqual(warning)
      expect(readAnswer(inJson(answer), JSON_TYPE)).toEqual(warning)
    }
    const odd = { partialSuccess: { rejectedSpans: '1e3', errorMessage: 'slow down' } }
    expect(readAnswer(inJson(odd), JSON_TYPE)).toEqual(warning)
  })

  it('may be any bytes with any content type: nothing throws, and a number is whole and not negative', () => {
    const types = fc.oneof(fc.constantFrom(PROTOBUF, JSON_TYPE, undefined), fc.string())
    const some = encodeAnswer({ partialSuccess: { rejectedSpans: 70_000, errorMessage: 'x' } })
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .tuple(fc.nat({ max: some.length - 1 }), fc.nat({ max: 255 }))
        .map(([at, byte]) => Buffer.from(some).fill(byte, at, at + 1)),
    )
    const property = fc.property(bytes, types, (body, type) => {
      const answer = readAnswer(Buffer.from(body), type)
      if (answer !== undefined) {
        expect(Number.isInteger(answer.rejectedSpans) && answer.rejectedSpans >= 0).toBe(true)
        expect(typeof answer.message).toBe('string')
      }
    })
    fc.assert(property, { numRuns: runs(1_000) })
  })

  it.each([
    ['spaces', ' '],
    ['numbers in protobuf', '\x08\x03'],
    ['empty partial successes', '\x0a\x00'],
    ['partial successes with an empty message', '\x0a\x02\x12\x00'],
    ['lists', '[],'],
    ['nested lists', '['],
    ['objects', '{"a":1},'],
    ['texts', '"",'],
  ])('of a MiB takes little memory although it consists of %s', (_, piece) => {
    const body = Buffer.from(`[${piece.repeat(MEBIBYTE / piece.length)}`)
    const parse = vi.spyOn(JSON, 'parse')
    const subarray = vi.spyOn(Buffer.prototype, 'subarray')
    const answers = [body, body.subarray(1)].map((whole) => readAnswer(whole, undefined))
    const values = parse.mock.calls.map(([text]) => text.match(/[[{,]/g)?.length ?? 0)
    const made = subarray.mock.calls.length
    vi.restoreAllMocks()
    expect(answers).toEqual([undefined, undefined])
    expect(Math.max(0, ...values)).toBeLessThan(100_000)
    expect(made).toBeLessThan(10)
  })

  it('of a MiB is read if it is large because of its message', () => {
    const texts = ['x', '\n', 'ü', '[', '","{', '\\"']
    for (const text of texts) {
      const message = text.repeat(MEBIBYTE / 10)
      const answer = { partialSuccess: { rejectedSpans: 3, errorMessage: message } }
      expect(readAnswer(inJson(answer), JSON_TYPE)).toEqual({ rejectedSpans: 3, message })
      expect(readAnswer(encodeAnswer(answer), PROTOBUF)).toEqual({ rejectedSpans: 3, message })
    }
  })

  it('is read beside tens of thousands of other values, and not beside millions', () => {
    const partialSuccess = { rejectedSpans: 3, errorMessage: 'too old' }
    const withItems = (count: number) => inJson({ partialSuccess, items: Array(count).fill({}) })
    expect(readAnswer(withItems(40_000), JSON_TYPE)).toEqual({ rejectedSpans: 3, message: 'too old' })
    expect(readAnswer(withItems(1_000_000), JSON_TYPE)).toBeUndefined()
  })
})
