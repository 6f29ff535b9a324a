import { type Context, createContextKey, type Span, trace } from '@opentelemetry/api'
import { readRecord, type SessionRecord } from '@otel-sessions/semconv/internal'

/** The key of the scope in a context. `@otel-sessions/processor` registers it by this name. */
const SCOPE = createContextKey('otel-sessions.scope')

/** The innermost scope that a context is in. */
export const scopeIn = (inside: Context): unknown => inside.getValue(SCOPE)

/** A context in another scope, or in none. */
export const withScope = (inside: Context, scope: unknown): Context =>
  scope === undefined ? inside.deleteValue(SCOPE) : inside.setValue(SCOPE, scope)

/**
 * A context whose active span stays the parent of what starts next, and passes on neither its session nor its fields. The
 * trace is the same: only the span's context is there, as for a parent in another process.
 */
export function withoutSessionOfParent(inside: Context): Context {
  const span = trace.getSpan(inside)
  if (span === undefined || recordOf(span) === undefined) return inside
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  return trace.setSpanContext(inside, { traceId, spanId, traceFlags, ...(traceState && { traceState }) })
}

/**
 * Whether a span is over that this process has stamped. What starts below it is later work, perhaps of another user: a
 * queue or a connection was started while the span was active.
 */
export const hasEnded = (span: Span | undefined): boolean =>
  span !== undefined && !span.isRecording() && recordOf(span) !== undefined

/** A context outside of any scope, below no span that is over. */
export function outsideOfScopes(inside: Context): Context {
  const outside = scopeIn(inside) === undefined ? inside : withScope(inside, undefined)
  return hasEnded(trace.getSpan(outside)) ? withoutSessionOfParent(outside) : outside
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
