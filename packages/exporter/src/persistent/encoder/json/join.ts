const HEAD = Buffer.from('{"resourceSpans":[')
const TAIL = Buffer.from(']}')
const COMMA = Buffer.from(',')

/**
 * Requests as one, in parts, without reading what is in them: they must be as they are written here, without a space.
 * One that is not would spoil the others, and is left out, unless it is the only one.
 */
export function joinJson(bodies: readonly Buffer[]): readonly Buffer[] {
  if (bodies.length < 2) return bodies
  const parts: Buffer[] = [HEAD]
  for (const body of bodies) {
    const end = body.length - TAIL.length
    if (end <= HEAD.length) continue
    if (!body.subarray(0, HEAD.length).equals(HEAD) || !body.subarray(end).equals(TAIL)) continue
    if (parts.length > 1) parts.push(COMMA)
    parts.push(body.subarray(HEAD.length, end))
  }
  parts.push(TAIL)
  return parts
}
