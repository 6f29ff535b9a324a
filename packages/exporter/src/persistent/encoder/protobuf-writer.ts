import { varintSize, writeVarint } from '@otel-sessions/semconv/internal'
import { BILLION, isUsualTime, nanosOf, type Time, writeId } from './sdk-span.ts'

const FIRST_SIZE = 64 * 1024
/** The largest buffer that is kept between two requests. */
const KEPT_SIZE = 4 * 1024 * 1024
/** From this length on a string's bytes are counted first, instead of reserving three per character. */
const LONG_TEXT = 16 * 1024
/** Up to this length a loop is cheaper than a call of native code: it saves 20 % of a small span. */
const SHORT_TEXT = 20

const TWO_16 = 2 ** 16
const TWO_32 = 2 ** 32

/**
 * Writes protobuf fields into a buffer that grows as needed. A tag is the field's number and its type in one byte:
 * 8 × number + 0 for a varint, 1 for 64 bits, 2 for a length, 5 for 32 bits.
 */
export class ProtobufWriter {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)
  /** Where the next byte goes. */
  at = 0

  /** Reserves space for more bytes. Throws if there is no memory for them. */
  reserve(more: number): void {
    if (this.at + more > this.bytes.length) this.#grow(this.at + more)
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.bytes.length))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
  }

  /** Writes a number below 2^32. */
  number(tag: number, value: number): void {
    this.reserve(6)
    this.bytes[this.at] = tag
    this.at = writeVarint(this.bytes, this.at + 1, value)
  }

  /** Writes a number unless it is 0, the default of protobuf. */
  count(tag: number, value: number): void {
    if (value !== 0) this.number(tag, value)
  }

  /** Writes a string; lone surrogates become U+FFFD. */
  text(tag: number, text: string): void {
    const { length } = text
    const room = length > LONG_TEXT ? Buffer.byteLength(text) : 3 * length
    this.reserve(room + 6)
    const guess = varintSize(length)
    const { bytes, at } = this
    bytes[at] = tag
    const start = at + 1 + guess
    this.at = start + writeText(bytes, start, text)
    this.close(at + 1, guess)
  }

  /** Writes a string unless it is empty, the default of protobuf. */
  textIfAny(tag: number, text: string): void {
    if (text !== '') this.text(tag, text)
  }

  /** Writes an ID; one of another length is left out, because endpoints reject the whole request for it. */
  id(tag: number, id: unknown, length: number): void {
    this.reserve(2 + length)
    const { bytes, at } = this
    if (!writeId(bytes, at + 2, id, length)) return
    bytes[at] = tag
    bytes[at + 1] = length
    this.at = at + 2 + length
  }

  /** Writes a time in nanoseconds as a fixed64. */
  time(tag: number, time: Time): void {
    this.reserve(9)
    const { bytes, at } = this
    bytes[at] = tag
    this.at = at + 9
    if (!isUsualTime(time)) {
      bytes.writeBigUInt64LE(nanosOf(time), at + 1)
      return
    }
    const [seconds, nanos] = time
    // The product exceeds 53 bits, so it is computed in two parts: seconds = upper * 2^16 + lower. A BigInt would cost
    // 30 % of a small span.
    const upper = Math.floor(seconds / TWO_16) * BILLION
    const low = (seconds % TWO_16) * BILLION + (upper % TWO_16) * TWO_16 + nanos
    writeUint32(bytes, at + 1, low % TWO_32)
    writeUint32(bytes, at + 5, Math.floor(upper / TWO_16) + Math.floor(low / TWO_32))
  }

  /** Writes a fixed32. */
  uint32(tag: number, value: number): void {
    this.reserve(5)
    this.bytes[this.at] = tag
    writeUint32(this.bytes, this.at + 1, value)
    this.at += 5
  }

  /** Writes bytes without a tag. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /**
   * Begins a message.
   *
   * @param guess how many bytes its length will take; a wrong guess costs a move of the message
   * @returns what `close` needs, together with the same guess
   */
  open(tag: number, guess = 1): number {
    this.reserve(6)
    this.bytes[this.at] = tag
    const start = this.at + 1
    this.at = start + guess
    return start
  }

  /** Ends a message: writes its length in front of it. */
  close(start: number, guess = 1): void {
    const length = this.at - start - guess
    const size = varintSize(length)
    if (size !== guess) {
      this.reserve(size)
      this.bytes.copyWithin(start + size, start + guess, this.at)
      this.at = start + size + length
    }
    writeVarint(this.bytes, start, length)
  }

  /** Copies what was written into a buffer of its own. */
  copy(): Buffer {
    const body = Buffer.allocUnsafeSlow(this.at)
    this.bytes.copy(body, 0, 0, this.at)
    return body
  }

  /** Starts over with the same buffer, unless that is larger than usual requests need. */
  clear(): void {
    this.at = 0
    if (this.bytes.length > KEPT_SIZE) this.bytes = Buffer.allocUnsafeSlow(FIRST_SIZE)
  }
}

/** Writes a string as UTF-8 and returns its length in bytes; there must be room for three bytes per character. */
function writeText(bytes: Buffer, at: number, text: string): number {
  const { length } = text
  if (length > SHORT_TEXT) return bytes.write(text, at)
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return bytes.write(text, at)
    bytes[at + index] = code
  }
  return length
}

/** `Buffer.writeUInt32LE` without its checks, which cost 8 % of a small span. */
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}
