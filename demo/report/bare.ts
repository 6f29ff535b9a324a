import { CONVERSATIONS } from '../scenario.ts'
import type { ReceivedSpan } from '../support/otlp.ts'
import { type Evidence, isBare, spansOf } from './evidence.ts'

/** Spans of one name and maker that no session leads to, and why the processor could not help. */
export interface BareGroup {
  name: string
  /** The instrumentation that made them. */
  scope: string
  spans: number
  /** Of these: had ended before any span of their trace ended with a session. */
  endedBeforeTold: number
  /** Of these: started before that and ended after it. */
  openWhenTold: number
  /** Of these: started after that, but beside the spans that have the session and not below them. */
  besideTold: number
}

type Reason = 'endedBeforeTold' | 'openWhenTold' | 'besideTold'

export function nameBareSpans(evidence: Evidence): BareGroup[] {
  const groups = new Map<string, BareGroup>()
  for (const { session } of CONVERSATIONS) {
    const spans = spansOf(evidence, session)
    const told = firstTold(spans)
    for (const span of spans.filter(isBare)) {
      const key = `${span.scope} ${span.name}`
      const group = groups.get(key) ?? emptyGroup(span)
      groups.set(key, group)
      group.spans++
      group[whyBare(span, told.get(span.traceId))]++
    }
  }
  return [...groups.values()].sort((a, b) => b.spans - a.spans)
}

function emptyGroup({ name, scope }: ReceivedSpan): BareGroup {
  return { name, scope, spans: 0, endedBeforeTold: 0, openWhenTold: 0, besideTold: 0 }
}

function whyBare(span: ReceivedSpan, told: bigint | undefined): Reason {
  if (told === undefined || BigInt(span.endNano) <= told) return 'endedBeforeTold'
  return BigInt(span.startNano) <= told ? 'openWhenTold' : 'besideTold'
}

/** When each trace showed a session for the first time: LangChain writes the ID when a run ends. */
function firstTold(spans: readonly ReceivedSpan[]): Map<string, bigint> {
  const told = new Map<string, bigint>()
  for (const span of spans) {
    if (isBare(span)) continue
    const at = BigInt(span.endNano)
    const known = told.get(span.traceId)
    if (known === undefined || at < known) told.set(span.traceId, at)
  }
  return told
}
