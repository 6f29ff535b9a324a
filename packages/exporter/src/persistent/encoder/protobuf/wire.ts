/** One field of a protobuf message. */
export interface Field {
  readonly number: number
  /** Of what is written with a length; undefined for numbers. */
  readonly payload: Buffer | undefined
  /** Of a varint; 0 for all others. Inexact beyond 2^53. */
  readonly value: number
  /** With its tag. */
  readonly whole: Buffer
}

/** The fields of a message, in order. Throws a RangeError for what is no message. */
export function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  while (at < message.length) {
    const start = at
    const tag = readVarint(message, at)
    const number = Math.floor(tag.value / 8)
    if (number === 0) throw new RangeError('no such field')
    at = tag.end
    let payload: Buffer | undefined
    let value = 0
    const type = tag.value % 8
    if (type === 0) {
      ;({ value, end: at } = readVarint(message, at))
    } else if (type === 1) {
      at += 8
    } else if (type === 2) {
      const length = readVarint(message, at)
      at = length.end + length.value
      payload = message.subarray(length.end, at)
    } else if (type === 5) {
      at += 4
    } else {
      throw new RangeError('no such type')
    }
    if (at > message.length) throw new RangeError('cut off')
    fields.push({ number, payload, value, whole: message.subarray(start, at) })
  }
  return fields
}

function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) break
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, end: start + index + 1 }
  }
  throw new RangeError('no such number')
}
