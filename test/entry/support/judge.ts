import type { ReceivedSpan } from '../../../demo/support/otlp.ts'
import { Tally } from '../../workspaces/spans.ts'
import { OWNER, ownerOf } from '../work/users.ts'

/** The spans of a run. Names in `missing` and `wrong` are those of spans, with how many there are. */
export interface Verdict {
  readonly spans: number
  readonly right: number
  /** Spans without the session of their owner; with `(user)` behind the name if only the user is missing. */
  readonly missing: Readonly<Record<string, number>>
  /** Spans with a session or a user of somebody else. */
  readonly wrong: Readonly<Record<string, number>>
  /** Spans that arrived twice. */
  readonly doubled: number
}

/** The owner of spans of a request that no user has sent: they must have no session. */
const NOBODY = 'nobody'

/** What frameworks do when they start and stop. */
const START_AND_STOP = [
  'Create Nest App',
  'close chat',
  'load instrumentation module',
  'load route module',
  'register instrumentation',
]

/**
 * Attributes that say whose span it is, but for `OWNER`: URLs, messages to the model and IDs of jobs have the name of the
 * conversation.
 */
const TELLING = ['url.full', 'url.path', 'http.url', 'http.target', 'input.value', 'bullmq.job.id']

/** Compares each span with its owner. */
export function judge(received: readonly ReceivedSpan[]): Verdict {
  const spans = new Map(received.map((span) => [span.spanId, span]))
  const tally = new Tally()
  for (const span of spans.values()) {
    const verdict = judgeSpan(span, findOwner(span, spans))
    if (verdict === 'without user') tally.add('missing', `${span.name} (user)`)
    else tally.add(verdict, span.name)
  }
  return { spans: spans.size, ...tally, doubled: received.length - spans.size }
}

/** The conversation that a span is about, by its own attributes, or else its parent's. */
function findOwner(span: ReceivedSpan, spans: ReadonlyMap<string, ReceivedSpan>): string {
  let at: ReceivedSpan | undefined = span
  while (at !== undefined) {
    const { attributes } = at
    if (attributes[OWNER] !== undefined) return String(attributes[OWNER])
    const told = TELLING.map((key) => String(attributes[key] ?? '')).join(' ')
    const conversation = /\bconv_\w\d\b/.exec(told)?.[0]
    if (conversation !== undefined) return conversation
    if (/\bhealth\b/.test(told)) return NOBODY
    if (at.parentSpanId === undefined && START_AND_STOP.includes(at.name)) return NOBODY
    at = spans.get(at.parentSpanId ?? '')
  }
  throw new Error(`nobody owns the span "${span.name}": ${JSON.stringify(span)}`)
}

function judgeSpan(span: ReceivedSpan, owner: string): 'right' | 'missing' | 'without user' | 'wrong' {
  const { 'session.id': sessionId, 'user.id': userId } = span.attributes
  if (owner === NOBODY) return sessionId === undefined && userId === undefined ? 'right' : 'wrong'
  if (sessionId !== undefined && sessionId !== owner) return 'wrong'
  if (userId !== undefined && userId !== ownerOf(owner)) return 'wrong'
  if (sessionId === undefined) return 'missing'
  return userId === undefined ? 'without user' : 'right'
}
