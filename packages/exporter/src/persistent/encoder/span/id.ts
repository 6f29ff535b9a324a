/** The four bits that a character stands for; 255 for what is no hexadecimal digit. */
const DIGITS = new Uint8Array(128).fill(255)
for (let digit = 0; digit < 16; digit++) {
  const character = digit.toString(16)
  DIGITS[character.charCodeAt(0)] = digit
  DIGITS[character.toUpperCase().charCodeAt(0)] = digit
}

/** How many bytes an ID has. */
export const TRACE_ID_BYTES = 16
export const SPAN_ID_BYTES = 8

/**
 * Writes an ID's bytes.
 *
 * @returns false, with anything in those bytes, if it is no ID of that length: receivers refuse the whole request for it
 */
export function writeId(bytes: Uint8Array, at: number, id: unknown, length: number): id is string {
  if (typeof id !== 'string' || id.length !== 2 * length) return false
  let all = 0
  for (let index = 0; index < length; index++) {
    const high = DIGITS[id.charCodeAt(2 * index)] ?? 255
    const low = DIGITS[id.charCodeAt(2 * index + 1)] ?? 255
    all |= high | low
    bytes[at + index] = (high << 4) | low
  }
  return all < 16
}

const probe = new Uint8Array(TRACE_ID_BYTES)

/** An ID as it is, or nothing, if it is no ID of that length. A regular expression takes twice as long. */
export const idOf = (id: unknown, length: number): string | undefined =>
  writeId(probe, 0, id, length) ? id : undefined
