/**
 * Reads the fields of a protobuf message, one after the other. What it reads stays in place, and nothing is made for a
 * field: a message of a few megabytes can have millions of them.
 *
 * ```ts
 * const fields = new FieldReader(message)
 * while (fields.next()) if (fields.number === 1) use(fields.value)
 * ```
 */
export class FieldReader {
  /** The number of the field. */
  number = 0
  /** The value of a varint; 0 for all other types. Inexact beyond 2^53. */
  value = 0
  /** Whether the field has a payload: a message, text or bytes. Numbers have none. */
  hasPayload = false
  /** Where the payload begins. */
  from = 0
  /** Where the field ends, and its payload. */
  to: number
  readonly #bytes: Buffer
  readonly #end: number
  #start = 0

  /** @param from where the message begins, and `end` where it ends: by default it is all of the bytes */
  constructor(bytes: Buffer, from = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#end = end
    this.to = from
  }

  /** Reads the next field, if there is one. Throws a RangeError if the message is none. */
  next(): boolean {
    if (this.to >= this.#end) return false
    this.#start = this.to
    const tag = this.#varint()
    this.number = Math.floor(tag / 8)
    if (this.number === 0) throw new RangeError('invalid field number')
    const type = tag % 8
    this.value = type === 0 ? this.#varint() : 0
    this.hasPayload = type === 2
    if (type === 2) {
      const length = this.#varint()
      this.from = this.to
      this.to += length
    } else if (type === 1) this.to += 8
    else if (type === 5) this.to += 4
    else if (type !== 0) throw new RangeError('invalid field type')
    if (this.to > this.#end) throw new RangeError('truncated message')
    return true
  }

  /** The fields of the payload. */
  within(): FieldReader {
    return new FieldReader(this.#bytes, this.from, this.to)
  }

  payload(): Buffer {
    return this.#bytes.subarray(this.from, this.to)
  }

  /** The whole field with its tag. */
  whole(): Buffer {
    return this.#bytes.subarray(this.#start, this.to)
  }

  #varint(): number {
    let value = 0
    let scale = 1
    for (let left = 10; left > 0 && this.to < this.#end; left--) {
      const byte = this.#bytes[this.to++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new RangeError('invalid varint')
  }
}
