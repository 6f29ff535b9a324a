import { CONVERSATIONS } from '../scenario.ts'
import type { ReceivedSpan } from '../support/otlp.ts'
import { type Evidence, hasNoSession, spansOf } from './evidence.ts'

/** Spans without a session that have the same name and instrumentation, and why the processor could not assign one. */
export interface UnassignedGroup {
  name: string
  /** The instrumentation that created them. */
  scope: string
  spans: number
  /** Of these, ended before any span of their trace ended with a session. */
  endedBeforeId: number
  /** Of these, started before that and ended after it. */
  openAtId: number
  /** Of these, started after that, as siblings and not as children of the spans with the session. */
  besideId: number
}

type Reason = 'endedBeforeId' | 'openAtId' | 'besideId'

export function groupUnassigned(evidence: Evidence): UnassignedGroup[] {
  const groups = new Map<string, UnassignedGroup>()
  for (const { session } of CONVERSATIONS) {
    const spans = spansOf(evidence, session)
    const idTimes = firstIdTimes(spans)
    for (const span of spans.filter(hasNoSession)) {
      const key = `${span.scope} ${span.name}`
      const group = groups.get(key) ?? emptyGroup(span)
      groups.set(key, group)
      group.spans++
      group[reasonOf(span, idTimes.get(span.traceId))]++
    }
  }
  return [...groups.values()].sort((a, b) => b.spans - a.spans)
}

function emptyGroup({ name, scope }: ReceivedSpan): UnassignedGroup {
  return { name, scope, spans: 0, endedBeforeId: 0, openAtId: 0, besideId: 0 }
}

function reasonOf(span: ReceivedSpan, idTime: bigint | undefined): Reason {
  if (idTime === undefined || BigInt(span.endNano) <= idTime) return 'endedBeforeId'
  return BigInt(span.startNano) <= idTime ? 'openAtId' : 'besideId'
}

/** The time at which each trace first had a session: LangChain writes the ID when a run ends. */
function firstIdTimes(spans: readonly ReceivedSpan[]): Map<string, bigint> {
  const times = new Map<string, bigint>()
  for (const span of spans) {
    if (hasNoSession(span)) continue
    const at = BigInt(span.endNano)
    const known = times.get(span.traceId)
    if (known === undefined || at < known) times.set(span.traceId, at)
  }
  return times
}
