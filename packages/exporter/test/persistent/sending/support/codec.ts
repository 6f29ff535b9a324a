import type { BodyFormat, Codec } from '../../../../src/persistent/encoder/codec.ts'

export const bodyOf = (names: readonly string[]) => ({
  body: Buffer.from(names.map((name) => `${name}\n`).join('')),
  spans: names.length,
})

export const namesIn = (body: Buffer | string) => String(body).split('\n').slice(0, -1)

/** A codec whose spans are lines. */
export const lineCodec = (format: BodyFormat): Codec => ({
  format,
  contentType: `application/x-lines-${format}`,
  encode: () => ({ encoded: undefined, unreadable: 0 }),
  join: (bodies) => bodies,
  split(body) {
    const names = namesIn(body)
    if (names.length < 2 || names.includes('unreadable')) return undefined
    const half = Math.ceil(names.length / 2)
    return [bodyOf(names.slice(0, half)), bodyOf(names.slice(half))]
  },
  readAnswer(body, contentType) {
    if (contentType !== 'application/json') return undefined
    try {
      return JSON.parse(String(body))
    } catch {
      return undefined
    }
  },
})
