import { ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { getSession } from '@otel-sessions/processor'
import { isFromElsewhere } from './arrival/arrival.ts'
import type { SessionOfRequest } from './options.ts'
import { sharedWeakMap } from './shared-map.ts'
import { idOf, setOnSpan } from './spans/span-sessions.ts'

/**
 * The session that a job or a call has set on a span which started before it: undefined if it has set fields only, and
 * null if several claim the span.
 */
const claims = sharedWeakMap<Span, string | null | undefined>('otel-sessions.span-claims')

/** What is read of a span of the SDK. */
interface SdkSpan extends Span {
  readonly attributes?: Readonly<Record<string, unknown>>
}

/**
 * Returns those of the spans around a job or a call that are its own. A request has its own spans. A job may share them:
 * with the other jobs of a batch, or with the code that started it in the same process.
 *
 * A span that several sessions claim is cleared. Left alone are spans on which something else has set a session, all
 * spans of code that runs in a scope, and a span that says that it is of a batch: what starts between its jobs would get
 * the session of the one before.
 *
 * @param spans the spans that `spansOf` returned
 * @param dropped the scope in which the job or the call arrived
 */
export function claimSpans(
  spans: readonly Span[],
  session: NonNullable<SessionOfRequest> | null,
  dropped: unknown,
): Span[] {
  if (dropped !== undefined && !isFromElsewhere(dropped, spans)) return []
  if (getSession()?.source === 'scope' || spans.some(isBatch)) return []
  const id = idOf(session)
  return spans.filter((span) => {
    if (!claims.has(span)) {
      const isTaken = getSession(trace.setSpan(ROOT_CONTEXT, span))?.source === 'span'
      // Fields alone join the session that something else has set.
      if (isTaken) return id === undefined
      if (!isEmpty(session)) claims.set(span, id)
      return true
    }
    // Two users without an ID are two sessions.
    const isShared = id === undefined ? !isEmpty(session) : claims.get(span) !== id
    if (isShared) {
      claims.set(span, null)
      setOnSpan(span, null)
    }
    return !isShared
  })
}

/**
 * Whether another job or call has set its session on one of the spans. What this one starts must not inherit that.
 *
 * @param dropped the scope in which the job or the call arrived. In that of the code around it, it belongs to that code
 */
export const isClaimed = (spans: readonly Span[], dropped: unknown): boolean =>
  (dropped === undefined || isFromElsewhere(dropped, spans)) && spans.some((span) => claims.has(span))

const isEmpty = (session: SessionOfRequest) =>
  typeof session === 'object' && session !== null && Object.keys(session).length === 0

const isBatch = (span: SdkSpan) => span.attributes?.['messaging.batch.message_count'] !== undefined
