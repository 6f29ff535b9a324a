/** Of what a receiver says, as much as is said of it. */
const LONGEST = 200

/** One line of at most 200 characters. */
export function shorten(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

function readVarint(body: Buffer, from: number): { value: number; next: number } {
  let value = 0
  for (let i = from; i < body.length && i < from + 5; i++) {
    const byte = body[i] as number
    value += (byte & 127) * 2 ** (7 * (i - from))
    if (byte < 128) return { value, next: i + 1 }
  }
  return { value: 0, next: body.length }
}

// google.rpc.Status: a code in field 1, the message in field 2.
function statusMessage(body: Buffer): string {
  let at = 0
  while (at < body.length) {
    const tag = readVarint(body, at)
    const value = readVarint(body, tag.next)
    if (tag.value === 18) return body.toString('utf8', value.next, value.next + value.value)
    if ((tag.value & 7) === 0) at = value.next
    else if ((tag.value & 7) === 2) at = value.next + value.value
    else break
  }
  return ''
}

/** Why a receiver refused a request, in its own words: one line of at most 200 characters, empty where it has none. */
export function answerText(body: Buffer, contentType: string | undefined): string {
  const isProtobuf = contentType?.includes('protobuf') === true
  return shorten(isProtobuf ? statusMessage(body) : body.toString('utf8', 0, 4 * LONGEST))
}
