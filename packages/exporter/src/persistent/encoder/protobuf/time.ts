import type { Time } from '../span/sdk-span.ts'
import { BILLION, isUsual, nanosOf } from '../span/time.ts'
import type { Scratch } from './scratch.ts'

const TWO_16 = 2 ** 16
const TWO_32 = 2 ** 32

/** A time in nanoseconds as a fixed64 under its tag. */
export function writeTime(scratch: Scratch, tag: number, time: Time): void {
  scratch.reserve(9)
  const { bytes, at } = scratch
  bytes[at] = tag
  scratch.at = at + 9
  if (!isUsual(time)) {
    bytes.writeBigUInt64LE(nanosOf(time), at + 1)
    return
  }
  const [seconds, nanos] = time
  // Their product has more than 53 bits, so it is made of two: seconds = upper * 2^16 + lower.
  const upper = Math.floor(seconds / TWO_16) * BILLION
  const low = (seconds % TWO_16) * BILLION + (upper % TWO_16) * TWO_16 + nanos
  writeUint32(bytes, at + 1, low % TWO_32)
  writeUint32(bytes, at + 5, Math.floor(upper / TWO_16) + Math.floor(low / TWO_32))
}

/** Without the checks of Buffer's own, which cost more than the four bytes. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}
