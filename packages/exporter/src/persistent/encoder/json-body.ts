import type { Encoded, PartialSuccess } from './codec.ts'

const HEAD = Buffer.from('{"resourceSpans":[')
const TAIL = Buffer.from(']}')
const COMMA = Buffer.from(',')

/**
 * Joins requests into one, in parts, without parsing them. They must look as this encoder writes them, without a
 * space. A body that does not would make the whole request invalid, and is left out unless it is the only one.
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

interface ScopeSpans {
  readonly spans: readonly unknown[]
}
interface ResourceSpans {
  readonly scopeSpans: readonly ScopeSpans[]
}

/** Splits a request into two with about half the spans each; undefined for fewer than two spans, or for no request. */
export function splitJson(body: Buffer): readonly [Encoded, Encoded] | undefined {
  try {
    const { resourceSpans } = JSON.parse(body.toString()) as { resourceSpans: readonly ResourceSpans[] }
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length
    if (spans < 2) return undefined
    const half = Math.ceil(spans / 2)
    return [requestOf(resourceSpans, 0, half), requestOf(resourceSpans, half, spans)]
  } catch {
    return undefined
  }
}

/** A request with the spans of a range. */
function requestOf(all: readonly ResourceSpans[], from: number, to: number): Encoded {
  let number = 0
  const isInRange = () => {
    const isIn = number >= from && number < to
    number++
    return isIn
  }
  const resourceSpans = all.map((resource) => ({
    ...resource,
    scopeSpans: resource.scopeSpans
      .map((scope) => ({ ...scope, spans: scope.spans.filter(isInRange) }))
      .filter(({ spans }) => spans.length > 0),
  }))
  const body = JSON.stringify({
    resourceSpans: resourceSpans.filter(({ scopeSpans }) => scopeSpans.length > 0),
  })
  return { body: Buffer.from(body), spans: to - from }
}

/** Each value costs some hundred bytes of memory. An answer of 4 MiB can have millions, and of ours a few are read. */
const MAX_VALUES = 100_000

/**
 * Reads an ExportTraceServiceResponse in JSON, with names in either case, as ProtoJSON has them. Throws if it is none,
 * or has more than 100,000 values.
 */
export function readJsonAnswer(body: Buffer): PartialSuccess {
  if (hasMoreValues(body, MAX_VALUES)) throw new RangeError('too many values')
  const answer = JSON.parse(body.toString().replace(BYTE_ORDER_MARK, '')) as Fields
  const partial = (answer['partialSuccess'] ?? answer['partial_success']) as Fields | null | undefined
  const message = partial?.['errorMessage'] ?? partial?.['error_message']
  return {
    rejectedSpans: int64Of(partial?.['rejectedSpans'] ?? partial?.['rejected_spans']),
    message: typeof message === 'string' ? message : '',
  }
}

const [QUOTE, BACKSLASH, COMMA_BYTE, BRACKET, BRACE] = [...Buffer.from('"\\,[{')]

/** Whether a JSON text has more values than this, nested or beside each other. */
function hasMoreValues(text: Buffer, limit: number): boolean {
  let values = 1
  let isString = false
  for (let at = 0; at < text.length && values <= limit; at++) {
    const byte = text[at]
    if (byte === QUOTE) isString = !isString
    else if (isString) at += byte === BACKSLASH ? 1 : 0
    else if (byte === COMMA_BYTE || byte === BRACKET || byte === BRACE) values++
  }
  return values > limit
}

type Fields = Readonly<Record<string, unknown>>

const BYTE_ORDER_MARK = /^\uFEFF/

/** An int64: the protocol writes digits in a string, most implementations a number. */
function int64Of(value: unknown): number {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : 0
}
