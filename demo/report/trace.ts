/** One trace as the lines of a tree, in the same order in every run. */
import type { ReceivedSpan } from '../support/otlp.ts'
import { sessionOf } from './evidence.ts'

export interface TraceLine {
  name: string
  /** The path of a request over HTTP. */
  detail: string
  /** The instrumentation that created the span, without what all their names have in common. */
  createdBy: string
  /** One entry for each ancestor: whether that ancestor, or for the last entry the span itself, has a later sibling. */
  continues: boolean[]
  session: string | undefined
}

export function traceLines(spans: readonly ReceivedSpan[], traceId: string): TraceLine[] {
  const children = new Map<string | undefined, ReceivedSpan[]>()
  for (const span of spans) {
    if (span.traceId !== traceId) continue
    const siblings = children.get(span.parentSpanId) ?? []
    children.set(span.parentSpanId, [...siblings, span])
  }
  const below = (parent: string | undefined, continues: boolean[]): TraceLine[] => {
    const siblings = (children.get(parent) ?? []).sort(byStart)
    return siblings.flatMap((span, index) => {
      const own = parent === undefined ? [] : [...continues, index < siblings.length - 1]
      return [readLine(span, own), ...below(span.spanId, own)]
    })
  }
  return below(undefined, [])
}

/** Whether two runs of a request made the same spans under the same parents. */
export function haveSameShape(one: readonly TraceLine[], other: readonly TraceLine[]): boolean {
  const shape = (lines: readonly TraceLine[]) =>
    JSON.stringify(
      lines.map(({ name, detail, createdBy, continues }) => [name, detail, createdBy, continues]),
    )
  return shape(one) === shape(other)
}

function readLine(span: ReceivedSpan, continues: boolean[]): TraceLine {
  const session = sessionOf(span)
  return {
    name: span.name,
    detail: String(span.attributes['url.path'] ?? ''),
    createdBy: span.scope.replace(/^.*instrumentation-/, ''),
    continues,
    session: session === undefined ? undefined : String(session),
  }
}

/** LangChain's spans have whole milliseconds, so two siblings may start in the same one; the shorter is the first. */
function byStart(one: ReceivedSpan, other: ReceivedSpan): number {
  return (
    millis(one.startNano) - millis(other.startNano) ||
    millis(one.endNano) - millis(other.endNano) ||
    one.name.localeCompare(other.name, 'en')
  )
}

const millis = (nano: string): number => Number(BigInt(nano) / 1_000_000n)
