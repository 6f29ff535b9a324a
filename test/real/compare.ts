import { isDeepStrictEqual } from 'node:util'
import { groupBy } from './group.ts'
import type { Attributes, WireSpan } from './spans.ts'

/** The expectation for one span on the wire, whatever the SDK's own span has. */
export interface Expected {
  /** The correct session IDs; undefined among them means that no session is correct, too. */
  sessions: readonly (string | undefined)[]
  /** Attributes that must match exactly; undefined ones must be absent. */
  attributes?: Attributes
}

export interface Comparison {
  sent: number
  written: number
  /** Spans that were written once, with a correct session, or correctly without one. */
  right: number
  /** Of these, spans that correctly have none. */
  rightlyNone: number
  /** The problems, a line each; empty if there are none. */
  problems: string[]
}

/** Attributes that may differ between the SDK's span and the wire, because the exporter writes them. */
const WRITTEN_BY_THE_EXPORTER = ['session.id', 'otel_sessions.overwritten_id', 'metadata']

/** Compares the application's spans with the collector's output, span by span. */
export function compare(
  sent: readonly WireSpan[],
  written: readonly WireSpan[],
  expect: (span: WireSpan) => Expected,
): Comparison {
  const problems: string[] = []
  const copies = groupBy(written, idOf)
  let right = 0
  let rightlyNone = 0
  for (const span of sent) {
    const found = copies.get(idOf(span)) ?? []
    copies.delete(idOf(span))
    const [copy] = found
    if (copy === undefined || found.length > 1) {
      problems.push(`${nameOf(span)}: written ${found.length} times`)
      continue
    }
    const expected = expect(span)
    const session = copy.attributes['session.id'] as string | undefined
    if (expected.sessions.includes(session)) {
      right++
      if (session === undefined) rightlyNone++
    } else {
      problems.push(
        `${nameOf(span)}: session ${show(session)}, not ${expected.sessions.map(show).join(' or ')}`,
      )
    }
    problems.push(...differences(span, copy, expected).map((what) => `${nameOf(span)}: ${what}`))
  }
  for (const span of [...copies.values()].flat()) problems.push(`${nameOf(span)}: written, but never sent`)
  return { sent: sent.length, written: written.length, right, rightlyNone, problems }
}

/** A span, as far as a backend shows it. */
export interface ShownSpan {
  traceId: string
  spanId: string
  name: string
  session: string | undefined
}

/** Compares only the sessions, for backends that show nothing else. */
export function compareSessions(
  sent: readonly WireSpan[],
  shown: readonly ShownSpan[],
  expect: (span: WireSpan) => Expected,
): { right: number; problems: string[] } {
  const sentById = new Map(sent.map((span) => [idOf(span), span]))
  // Everything else is copied from the sent span, so that only the session can differ.
  const written = shown.map((one) => {
    const span = sentById.get(idOf(one)) ?? (one as unknown as WireSpan)
    return { ...span, attributes: { ...span.attributes, 'session.id': one.session } }
  })
  return compare(sent, written, (span) => ({ sessions: expect(span).sessions }))
}

function differences(span: WireSpan, copy: WireSpan, { attributes: expected = {} }: Expected): string[] {
  const { attributes: before, ...fields } = span
  const { attributes: after } = copy
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  for (const key of [...WRITTEN_BY_THE_EXPORTER, ...Object.keys(expected)]) keys.delete(key)
  return [
    ...Object.keys(fields)
      .filter((field) => differ(span, copy, field))
      .map((field) => `${field} was changed`),
    ...[...keys].filter((key) => differ(before, after, key)).map((key) => `attribute ${key} was changed`),
    ...Object.keys(expected)
      .filter((key) => differ(expected, after, key))
      .map((key) => `attribute ${key} is ${show(after[key])}, not ${show(expected[key])}`),
  ]
}

const differ = (one: object, other: object, key: string): boolean =>
  !isDeepStrictEqual(one[key as never], other[key as never])

const idOf = ({ traceId, spanId }: { traceId: string; spanId: string }): string => `${traceId}/${spanId}`
const nameOf = (span: WireSpan): string => `${span.name} (${idOf(span)})`

function show(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
