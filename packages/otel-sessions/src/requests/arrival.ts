import { type Context, context, createContextKey, type Span, trace } from '@opentelemetry/api'
import { readRecord, type SessionRecord } from '@otel-sessions/semconv/internal'
import { type EntryUnit, receives, spansOf } from './server-span.ts'

/** The key of the scope in a context. `@otel-sessions/processor` registers it by this name. */
const SCOPE = createContextKey('otel-sessions.scope')

/** Where a request, a job, an invocation or a call begins. */
export interface Arrival {
  /** The context in which it arrived. */
  readonly context: Context
  /** The same context without a scope that comes from elsewhere. */
  readonly outside: Context
  /** That scope. */
  readonly dropped: unknown
  /** Whether it arrived in a scope that stays, such as that of a helper further out. */
  readonly isNested: boolean
}

/**
 * Finds where something begins that arrives now. What is called by a queue, a connection or a loop is often called in the
 * context of whoever started that, with the scope of another user. So a job, an invocation and a call begin outside of
 * any scope. A request begins outside of the scope in which its server's span has started; one that was entered
 * since then is part of the request.
 */
export function arrive(unit: EntryUnit, known: readonly (Span | null | undefined)[] = []): Arrival {
  const active = context.active()
  const scope = active.getValue(SCOPE)
  const isDropped =
    scope !== undefined && (unit !== 'request' || isFromElsewhere(scope, spansOf(unit, known)))
  return {
    context: active,
    outside: isDropped ? active.deleteValue(SCOPE) : active,
    dropped: isDropped ? scope : undefined,
    isNested: scope !== undefined && !isDropped,
  }
}

/** Whether the server's or consumer's span started in a scope, and so nothing that has arrived entered it. */
export const isFromElsewhere = (scope: unknown, spans: readonly Span[]): boolean =>
  spans.some((span) => receives(span) && startedIn(span, scope))

/** Those of the spans that have their session, or fields, from such a scope. What was set on a span itself is no scope's. */
export function spansFromElsewhere(scope: unknown, spans: readonly Span[]): Span[] {
  if (scope === undefined || !isFromElsewhere(scope, spans)) return []
  return spans.filter((span) => startedIn(span, scope) && recordOf(span)?.from !== 'span')
}

const startedIn = (span: Span, scope: unknown) => recordOf(span)?.scope === scope

/**
 * Whether the active span of a context has ended. What starts below it is later work, perhaps of another user: a queue or
 * a connection was started while the span was active.
 */
export function isBelowEndedSpan(inside: Context): boolean {
  const span = trace.getSpan(inside)
  return span !== undefined && !span.isRecording() && recordOf(span) !== undefined
}

/** What is known about the session of a span. */
export function recordOf(span: Span): SessionRecord | undefined {
  try {
    return readRecord(span.spanContext())
  } catch {
    // A span of another library that throws.
    return undefined
  }
}
