// `#check-scope` in package.json, on Node, Bun and Deno, and in a bundle for them: what scopes reach by accident, and what
// they miss. Nothing here changes a session: it is counted, and logged once.
import { type Context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { now, type SessionRecord, type SessionTrace } from '@otel-sessions/semconv/internal'
import { KEPT } from '../langchain/bind-queues.ts'
import { report } from '../report/report.ts'
import type { SessionScope } from '../scope/scope.ts'

/** Work that a function leaves running when its Promise settles mostly starts its next span sooner. */
const SOON_MILLIS = 1000

/**
 * A function that returns no Promise may have started a request that lasts for minutes: Express's `next` returns before
 * the handler is done.
 */
const LONGEST_REQUEST_MILLIS = 300_000

/** Notes that the function of a scope is over. The clock is read for a Promise only: it costs half as much as a scope. */
export function endScope(scope: SessionScope | undefined, over: 'returned' | 'settled'): void {
  if (scope === undefined || scope.overAt === Number.POSITIVE_INFINITY) return
  scope.over = over
  if (over === 'settled') scope.overAt = now()
}

/** Notes that a scope has no end that can be known: a stream or a callback is bound to it. */
export function extendScope(scope: SessionScope | undefined): void {
  if (scope === undefined) return
  scope.over = undefined
  scope.overAt = Number.POSITIVE_INFINITY
}

/** Checks the scope of a span that has started. */
export function checkScopeAtStart(span: object, context: Context, record: SessionRecord): void {
  if ((record.scope as SessionScope | undefined)?.decidingScope?.over !== undefined) {
    reportOutlivedScope(span, context, record)
  } else if (typeof record.parent?.fromChildren === 'string' && record.kind === 'none') {
    noteBypassedScope(span, record)
  }
}

/** Checks the scopes of a trace when one of its spans has ended. */
export function checkScopeAtEnd({ trace }: SessionRecord): void {
  if (trace?.bypassed !== undefined) reportBypassedScope(trace)
}

/**
 * Reports a span that starts long after the function of its scope was over, and below no open span. Probably a queue, a
 * pool, a batch or a socket that was made in the scope started it, perhaps for another user. It keeps its session all
 * the same: it may be work that the function left running.
 */
function reportOutlivedScope(span: object, context: Context, record: SessionRecord): void {
  const scope = (record.scope as SessionScope | undefined)?.decidingScope
  if (scope?.over === undefined || record.from !== 'scope' || record.id === undefined) return
  const parent = trace.getSpan(context) as (Span & SdkSpan) | undefined
  if (parent?.isRecording()) return
  const isSettled = scope.over === 'settled'
  const isRequestOver = parent?.endTime !== undefined && isRequest(parent)
  if (isSettled || !isRequestOver) scope.overAt ??= now()
  const age = Math.min(millisSinceEnd(parent), now() - (scope.overAt ?? Number.NEGATIVE_INFINITY))
  if (age < (isSettled || isRequestOver ? SOON_MILLIS : LONGEST_REQUEST_MILLIS)) return
  // A job that waited in LangChain's queue runs in the context of who added it.
  if (context.getValue(KEPT) === true) return
  report('scope:outlived', () => {
    return `a span of ${instrumentationOf(span)} starts long after its usingSession was over, perhaps for another user: bind each job with bindSession, and make what is shared in usingSession(null, …)`
  })
}

/** A bound on what a trace that never ends keeps. */
const MAX_BYPASSED = 1000

/**
 * Notes a span without a session that starts after its parent learned one from a scope below. Something, such as an
 * instrumentation that binds `next`, started it in a context from before the scope. Or it was left outside on purpose:
 * it is reported at the end of the trace, if the trace contained one session only and the span still has none.
 */
function noteBypassedScope(span: object, record: SessionRecord): void {
  const { trace } = record
  if (!trace?.hasScope || trace.several) return
  trace.bypassed ??= new Map()
  if (trace.bypassed.size < MAX_BYPASSED) trace.bypassed.set(record, instrumentationOf(span))
}

/** Reports the spans of a trace that a scope missed, once no span of the trace is open. */
function reportBypassedScope({ bypassed, open, root, sessionId, several }: SessionTrace): void {
  if (bypassed === undefined || open > 0 || root !== undefined) return
  if (sessionId === undefined || several) return
  for (const [{ resolution, resolvedId }, instrumentation] of bypassed) {
    // A record without a resolution was replaced: the span's session was set midway.
    if (resolution === undefined || resolvedId !== undefined) continue
    report('scope:bypassed', () => {
      return `a span of ${instrumentation} started outside the usingSession of its trace, so it has no session unless backfill gives it one: call setSpanSession for the active span before usingSession`
    })
  }
  bypassed.clear()
}

/** What is read of a span of the SDK, of whichever version. */
type SdkSpan = Partial<{
  readonly kind: SpanKind
  readonly parentSpanId: string
  readonly parentSpanContext: object
  readonly endTime: readonly [seconds: number, nanos: number]
  readonly instrumentationScope: { readonly name: string }
  readonly instrumentationLibrary: { readonly name: string }
}>

/** Whether a span of the SDK stands for a request or a job, so that its end is the end of what was started in it. */
const isRequest = ({ kind, parentSpanId, parentSpanContext }: SdkSpan): boolean =>
  kind === SpanKind.SERVER || kind === SpanKind.CONSUMER || (parentSpanId ?? parentSpanContext) === undefined

/** Infinite for a span that is not recorded or of another process, and where there is none. */
function millisSinceEnd(span: SdkSpan | undefined): number {
  const [seconds, nanos] = span?.endTime ?? [Number.NEGATIVE_INFINITY, 0]
  return Date.now() - seconds * 1000 - nanos / 1e6
}

function instrumentationOf(span: SdkSpan): string {
  return `"${(span.instrumentationScope ?? span.instrumentationLibrary)?.name}"`
}
