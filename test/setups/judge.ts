import type { Counts } from '../workspaces/verdict.ts'
import type { ReceivedSpan } from './receiver.ts'

/** What arrived from a process. */
export interface Verdict {
  readonly right: Counts
  readonly missing: Counts
  readonly wrong: Counts
  /** All spans, whatever their session is. */
  readonly all: Counts
  /** Spans that arrived more than once. */
  readonly repeated: Counts
}

const OWNER = 'setups.owner'
const SERVER = 2
const CLIENT = 3

/** Judges the spans of the application and of HTTP instrumentations, which have the user in the URL. */
export function judge(received: readonly ReceivedSpan[]): Verdict {
  const spans = [...new Map(received.map((span) => [span.spanId, span])).values()]
  const verdictOn = (span: ReceivedSpan): 'right' | 'missing' | 'wrong' => {
    const { 'session.id': id, 'user.id': user } = span.attributes
    const owner = ownerOf(span)
    const isOthers = (value: string | undefined, wanted: string | undefined) =>
      value !== undefined && value !== wanted
    if (isOthers(id, owner && `${owner}_conv`) || isOthers(user, owner)) return 'wrong'
    return owner === undefined || (id !== undefined && user !== undefined) ? 'right' : 'missing'
  }
  const those = (verdict: string) => count(spans.filter((span) => verdictOn(span) === verdict))
  const isRepeated = ({ spanId }: ReceivedSpan, index: number) =>
    received.findIndex((each) => each.spanId === spanId) < index
  return {
    right: those('right'),
    missing: those('missing'),
    wrong: those('wrong'),
    all: count(spans),
    repeated: count(received.filter(isRepeated)),
  }
}

/** The user of a span. Nobody owns those of the requests' clients, who are outside of any session. */
function ownerOf({ kind, attributes }: ReceivedSpan): string | undefined {
  if (kind === CLIENT) return undefined
  if (attributes[OWNER] !== undefined) return attributes[OWNER]
  const [, user] = /\buser=(\w+)/.exec(Object.values(attributes).join(' ')) ?? []
  if (user === undefined) throw new Error(`a span has no owner: ${JSON.stringify(attributes)}`)
  return user
}

function count(spans: readonly ReceivedSpan[]): Counts {
  const counts: Record<string, number> = {}
  for (const { name, kind } of spans) {
    const key = kind === SERVER ? 'server' : kind === CLIENT ? 'client' : name
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** What is in the first counts and not in the second. */
export function difference(counts: Counts, others: Counts): Counts {
  const rest = Object.entries(counts).map(([name, number]) => [name, number - (others[name] ?? 0)] as const)
  return Object.fromEntries(rest.filter(([, number]) => number > 0))
}
