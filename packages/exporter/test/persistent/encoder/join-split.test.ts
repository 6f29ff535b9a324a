import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'
import { codecOf } from '../../../src/persistent/encoder/index.ts'
import { decodeAs, encodeAll, FORMATS } from './support/codecs.ts'
import { placedSpans } from './support/decode.ts'
import { plainSpan } from './support/plain-span.ts'
import { ANYTHING, randomSpans } from './support/random-spans.ts'

/** Damaged bodies: truncated, with a flipped bit, or with another byte. */
const damaged = (bodies: fc.Arbitrary<Buffer>) =>
  fc.tuple(bodies, fc.nat(), fc.nat({ max: 255 }), fc.boolean()).map(([body, place, byte, isCut]) => {
    const at = place % body.length
    if (isCut) return body.subarray(0, at)
    const copy = Buffer.from(body)
    copy[at] = byte
    return copy
  })

describe.each(FORMATS)('bodies in %s', (format) => {
  const { join, split } = codecOf(format)
  const bodies = randomSpans(ANYTHING).map((spans) => encodeAll(format, spans))
  const garbage = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    damaged(bodies),
  )

  it('are joined into one with all their spans, in order, without being copied', () => {
    const property = fc.property(fc.array(bodies, { minLength: 1, maxLength: 4 }), (all) => {
      const parts = join(all)
      const { resourceSpans } = decodeAs(format, Buffer.concat(parts))
      expect(resourceSpans).toEqual(all.flatMap((body) => decodeAs(format, body).resourceSpans))
      const memory = new Set(all.map((body) => body.buffer))
      expect(parts.filter((part) => memory.has(part.buffer))).toHaveLength(all.length)
    })
    fc.assert(property, { numRuns: runs(100) })
  })

  it('are split into halves with the same spans, resources and scopes', () => {
    const property = fc.property(fc.array(bodies, { minLength: 1, maxLength: 3 }), (all) => {
      const body = Buffer.concat(join(all))
      const spans = placedSpans(decodeAs(format, body))
      const halves = split(body)
      if (spans.length === 1) {
        expect(halves).toBeUndefined()
        return
      }
      const read = halves?.map((half) => placedSpans(decodeAs(format, half.body))) ?? []
      expect(read.flat()).toEqual(spans)
      expect(halves?.map((half) => half.spans)).toEqual(read.map((half) => half.length))
      expect(read.map((half) => half.length)).toEqual([
        Math.ceil(spans.length / 2),
        Math.floor(spans.length / 2),
      ])
    })
    fc.assert(property, { numRuns: runs(100) })
  })

  it('can be split until each has one span, and joined again', () => {
    const spans = Array.from({ length: 13 }, (_, count) => plainSpan({ name: `span ${count}` }))
    const whole = encodeAll(format, spans)
    const single = (body: Buffer): Buffer[] =>
      split(body)?.flatMap((half) => (half.spans > 1 ? single(half.body) : [half.body])) ?? []
    const ones = single(whole)
    expect(ones).toHaveLength(13)
    const joined = Buffer.concat(join(ones))
    expect(placedSpans(decodeAs(format, joined))).toEqual(placedSpans(decodeAs(format, whole)))
  })

  it('that are invalid are not split, and nothing throws', () => {
    expect(split(Buffer.from('no body at all'))).toBeUndefined()
    expect(split(Buffer.alloc(0))).toBeUndefined()
    const property = fc.property(garbage, (body) => {
      const halves = split(body)
      join([body])
      join([body, body])
      expect(halves === undefined || halves.length === 2).toBe(true)
    })
    fc.assert(property, { numRuns: runs(1_000) })
  })

  it('that are truncated are not split, wherever they end', () => {
    const body = encodeAll(format, [plainSpan(), plainSpan({ attributes: { key: 'value' } })])
    expect(split(body)).toBeDefined()
    for (let end = 0; end < body.length; end++) expect(split(body.subarray(0, end))).toBeUndefined()
  })

  it('are returned unchanged if there is only one', () => {
    const body = Buffer.from('anything')
    expect(Buffer.concat(join([body]))).toEqual(body)
  })
})

it('a JSON body of another encoder is left out among others, which it would make invalid', () => {
  const body = encodeAll('json', [plainSpan()])
  const others = ['', '{}', '{"resourceSpans":[]}', '[1]', ' {"resourceSpans":[{}]}'].map((text) =>
    Buffer.from(text),
  )
  const joined = Buffer.concat(codecOf('json').join([...others, body, ...others, body]))
  expect(placedSpans(decodeAs('json', joined))).toHaveLength(2)
})
