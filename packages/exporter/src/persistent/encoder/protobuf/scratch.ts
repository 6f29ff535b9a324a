import { varintSize, writeVarint } from '@otel-sessions/semconv/internal'
import { writeText } from './text.ts'

const FIRST_SIZE = 64 * 1024
/** What is kept between two requests. A larger one is let go: it was for a giant. */
const KEPT_SIZE = 4 * 1024 * 1024
/** From here on the bytes of a string are counted first, instead of making room for three a character. */
const LONG = 16 * 1024

/** Where a request is written, before it is copied out in its final size. Grows as it must. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)
  /** Where the next byte goes. */
  at = 0

  /** Makes room for so many more bytes. Throws where there is no memory for them. */
  reserve(more: number): void {
    if (this.at + more > this.bytes.length) this.#grow(this.at + more)
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.bytes.length))
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
  }

  /** A number below 2^32 under its tag. A tag is one byte here, except for a span's flags. */
  number(tag: number, value: number): void {
    this.reserve(6)
    this.bytes[this.at] = tag
    this.at = writeVarint(this.bytes, this.at + 1, value)
  }

  /** A count under its tag, if it is not 0, which is what its absence means. */
  count(tag: number, value: number): void {
    if (value !== 0) this.number(tag, value)
  }

  /** A string under its tag, with its length before it. */
  text(tag: number, text: string): void {
    const { length } = text
    const room = length > LONG ? Buffer.byteLength(text) : 3 * length
    this.reserve(room + 6)
    const guess = varintSize(length > LONG ? room : length)
    const { bytes, at } = this
    bytes[at] = tag
    const start = at + 1 + guess
    const written = writeText(bytes, start, text)
    this.at = start + written
    this.close(at + 1, guess)
  }

  /** A string under its tag, unless it is empty, which is what its absence means. */
  textIfAny(tag: number, text: string): void {
    if (text !== '') this.text(tag, text)
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** Begins a message under its tag: `close` takes what this returns, and the same guess. */
  open(tag: number, guess: number): number {
    this.reserve(6)
    this.bytes[this.at] = tag
    const start = this.at + 1
    this.at = start + guess
    return start
  }

  /** Ends what was begun: writes its length before it, and moves it if the length has another size than was guessed. */
  close(start: number, guess: number): void {
    const length = this.at - start - guess
    const size = varintSize(length)
    if (size !== guess) {
      this.reserve(size)
      this.bytes.copyWithin(start + size, start + guess, this.at)
      this.at = start + size + length
    }
    writeVarint(this.bytes, start, length)
  }

  /** What was written, in a buffer of its own. */
  copy(): Buffer {
    const body = Buffer.allocUnsafeSlow(this.at)
    this.bytes.copy(body, 0, 0, this.at)
    return body
  }

  /** Ready for the next request. */
  clear(): void {
    this.at = 0
    if (this.bytes.length > KEPT_SIZE) this.bytes = Buffer.allocUnsafeSlow(FIRST_SIZE)
  }
}
