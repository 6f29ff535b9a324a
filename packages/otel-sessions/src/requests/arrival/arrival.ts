import { type Context, context, type Span } from '@opentelemetry/api'
import { type EntryUnit, receives, spansOf } from '../spans/server-span.ts'
import { outsideOfScopes, recordOf, scopeIn } from '../surroundings.ts'
import { markOrigin, objectsByKind, originIn } from './origin.ts'
import { leaveOrigin, ownContext, ownSpansIn } from './own-context.ts'

/** What a framework has of a request besides the request itself. */
export interface RequestParts {
  /** Spans of the request that its framework knows, beside those in the context. */
  readonly spans?: readonly (Span | null | undefined)[]
  /** Emitters of the request, such as Node's request and response: their listeners run in the session. */
  readonly emitters?: readonly unknown[]
  /** Objects by which one request is told from another: Node's request, or the `Request` of the web. */
  readonly objects?: readonly unknown[]
}

/** Where a request, a job, an invocation or a call begins. */
export interface Arrival {
  /** The context in which it arrived. */
  readonly active: Context
  /** The context in which it begins: without a scope, and below no span, of somebody else. */
  readonly context: Context
  /** Whether it has arrived in a context that is not its own, and leaves it also if it states no session. */
  readonly isElsewhere: boolean
  /** The scope that it leaves, which is that of somebody else. */
  readonly dropped: unknown
  /** Whether it begins in a scope, such as that of a helper further out. */
  readonly isNested: boolean
  /** Its own spans that started in the context of another request. */
  readonly strayed: readonly Span[]
}

/**
 * Finds where something begins that arrives now. What is called by a queue, a connection or a loop is often called in the
 * context of whoever started that, with the scope of another user. So a job, an invocation, a call and a socket begin
 * outside of any scope. A request begins in its own context, and outside of the scope in which its server's span has
 * started; one that was entered since then is part of the request.
 *
 * @param helper the helper that asks, for which all of its requests are known by the same kinds of objects
 */
export function arrive(unit: EntryUnit, parts: RequestParts, helper: object): Arrival {
  const active = context.active()
  const objects = objectsByKind(parts.objects ?? [], helper)
  const own = beginningOf(unit, active, objects)
  const scope = scopeIn(own)
  const isDropped =
    scope !== undefined && (unit !== 'request' || isFromElsewhere(scope, spansOf(unit, parts.spans, own)))
  const left = scopeIn(active) === scope ? undefined : scopeIn(active)
  const begin = isDropped || unit !== 'request' ? outsideOfScopes(own) : own
  return {
    active,
    context: markOrigin(begin, unit, objects),
    isElsewhere: own !== active || (unit !== 'request' && begin !== own),
    dropped: isDropped ? scope : left,
    isNested: scope !== undefined && !isDropped,
    strayed: own === active ? [] : ownSpansIn(active, own),
  }
}

function beginningOf(unit: EntryUnit, active: Context, objects: ReadonlyMap<unknown, object>): Context {
  if (unit === 'request') return ownContext(active, objects)
  // Of a socket, the request that has opened it may be over: with polling, each message is a request of its own.
  const isOthers = unit === 'socket' && (originIn(active)?.unit ?? 'socket') !== 'socket'
  return isOthers ? leaveOrigin(active) : active
}

/** Whether the server's or consumer's span started in a scope, and so nothing that has arrived entered it. */
export const isFromElsewhere = (scope: unknown, spans: readonly Span[]): boolean =>
  spans.some((span) => receives(span) && startedIn(span, scope))

/**
 * Those of the spans that have their session, or fields, from such a scope: they started in it, or are above one that
 * strayed into it and have learned its session. What was set on a span itself is no scope's.
 */
export function spansFromElsewhere({ dropped, strayed }: Arrival, spans: readonly Span[]): Span[] {
  if (dropped === undefined) return []
  const others = spans.filter((span) => recordOf(span)?.from !== 'span')
  if (strayed.some((span) => startedIn(span, dropped))) return others
  return isFromElsewhere(dropped, spans) ? others.filter((span) => startedIn(span, dropped)) : []
}

const startedIn = (span: Span, scope: unknown) => recordOf(span)?.scope === scope
