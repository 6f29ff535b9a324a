/** Ten requests in one tick, and ten directly after one another: whose session the spans have. */
import { ATTR_OVERWRITTEN_ID, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import { groupBy } from '../../real/group.ts'
import { TEN, TEN_TURNS, type TenthUser } from './conversations.ts'
import type { RoundOrder } from './rounds.ts'
import type { Run, SeenSpan } from './seen.ts'
import { ownTurnOf } from './turns.ts'

/** Spans by the session they have: their own request's, none, or another request's. */
export interface Counts {
  readonly right: number
  readonly missing: number
  readonly wrong: number
}

/** What ten users' requests of one row showed, with the framework's own way alone and in `usingSession`. */
export type Concurrency = Readonly<Record<RoundOrder, { readonly alone: Counts; readonly scope: Counts }>>

/** The sessions that a user's span may have. */
type Allowed = (user: TenthUser) => readonly string[]

/** Separates the traces of the ten users from all others. */
export function splitTen(all: readonly SeenSpan[]): { spans: SeenSpan[]; ofTen: SeenSpan[] } {
  const spans: SeenSpan[] = []
  const ofTen: SeenSpan[] = []
  for (const trace of groupBy(all, ({ traceId }) => traceId).values()) {
    ;(turnOfTrace(trace) === undefined ? spans : ofTen).push(...trace)
  }
  return { spans, ofTen }
}

/**
 * Counts the spans of the ten users, and describes those with a session that they must not have.
 *
 * @param beyondScope the row's reason why some spans in a scope have the framework's own session
 */
export function judgeTen(
  { after, scope }: Readonly<Record<'after' | 'scope', Pick<Run, 'ofTen'>>>,
  beyondScope: string | undefined,
): { counts: Concurrency; wrong: readonly string[] } {
  const alone = count(after.ofTen, ({ sessionId }) => [sessionId])
  const inScope = count(scope.ofTen, ({ sessionId, outerSessionId }) =>
    beyondScope === undefined ? [outerSessionId] : [outerSessionId, sessionId],
  )
  const both = (order: RoundOrder) => ({ alone: alone.counts[order], scope: inScope.counts[order] })
  return {
    counts: { oneTick: both('oneTick'), inSequence: both('inSequence') },
    wrong: [
      ...alone.wrong.map((text) => `after, ten users, ${text}`),
      ...inScope.wrong.map((text) => `scope, ten users, ${text}`),
    ],
  }
}

function count(ofTen: readonly SeenSpan[], allowed: Allowed) {
  const counts = {
    oneTick: { right: 0, missing: 0, wrong: 0 },
    inSequence: { right: 0, missing: 0, wrong: 0 },
  }
  const wrong: string[] = []
  for (const trace of groupBy(ofTen, ({ traceId }) => traceId).values()) {
    const turn = TEN_TURNS.get(turnOfTrace(trace) ?? '')
    if (turn === undefined) continue
    for (const span of trace) {
      const verdict = judge(span, ownerByOrder(span) ?? turn.user, allowed)
      counts[turn.order][verdict]++
      if (verdict === 'wrong') wrong.push(`${turn.order}: another session on ${span.name} (${span.scope})`)
    }
  }
  return { counts, wrong }
}

function judge({ attributes }: SeenSpan, owner: TenthUser, allowed: Allowed): keyof Counts {
  const session = attributes[ATTR_SESSION_ID]
  const overwritten = attributes[ATTR_OVERWRITTEN_ID]
  if (overwritten !== undefined && overwritten !== owner.sessionId) return 'wrong'
  if (session === undefined) return 'missing'
  return allowed(owner).some((id) => id === session) ? 'right' : 'wrong'
}

/** The turn that the server's path names; a trace without a server's span has the turn that its spans were started for. */
function turnOfTrace(trace: readonly SeenSpan[]): string | undefined {
  const turns = [
    ...trace.map(({ attributes }) => String(attributes['url.path']).slice(1)),
    ...trace.map(ownTurnOf),
  ]
  return turns.find((turn) => turn !== undefined && TEN_TURNS.has(turn))
}

/** The user whose order alone the span mentions: a span that starts in another request's context may be in its trace. */
function ownerByOrder({ attributes }: SeenSpan): TenthUser | undefined {
  const text = JSON.stringify(attributes)
  const mentioned = TEN.filter(({ order }) => text.includes(order))
  return mentioned.length === 1 ? mentioned[0] : undefined
}
