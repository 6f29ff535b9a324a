import { type Context, context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { parentOf } from './span-parents.ts'

/** What enters a session. It decides which spans that have started already are part of it. */
export type EntryUnit = 'request' | 'job' | 'message'

/** Where instrumentations of HTTP servers put the server's span; the name is that of `@opentelemetry/core`. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')

/** What is read of a span of the SDK, 1.x and later. */
interface SdkSpan extends Span {
  readonly kind?: SpanKind
  readonly parentSpanId?: string
  readonly parentSpanContext?: { readonly isRemote?: boolean }
}

/**
 * The open spans of what has just arrived, which started before it could name its session: the active one, those above
 * it up to the nearest server's or consumer's span or the local root, and the server's span in the context. The outermost
 * is the last.
 *
 * A job never sets the session of a server's span: it may run in the process that queued it, inside another request.
 *
 * @param known spans that the framework knows
 */
export function spansOf(unit: EntryUnit, known: readonly (Span | null | undefined)[] = []): Span[] {
  const active = context.active()
  const line: SdkSpan[] = []
  let span = trace.getSpan(active) as SdkSpan | undefined
  // Parents of parents are no cycle; the bound is for what looks like a span and is none.
  while (span !== undefined && line.length < 100) {
    line.push(span)
    if (receives(span)) break
    span = parentOf(span)
  }
  const top = line.at(-1)
  if (unit === 'job') {
    if (top?.kind !== SpanKind.CONSUMER && !isLocalRoot(top)) return []
  } else if (!receives(top)) {
    line.push(...known.filter((one) => one != null))
    if (!receives(line.at(-1))) line.push(...serverSpanIn(active, top))
  }
  return [...new Set(line)].filter((one) => one.isRecording())
}

const receives = (span: SdkSpan | undefined) =>
  span?.kind === SpanKind.SERVER || span?.kind === SpanKind.CONSUMER

/** Whether a span has no parent in this process, and is not the server's. */
const isLocalRoot = (span: SdkSpan | undefined) =>
  span !== undefined &&
  span.kind !== SpanKind.SERVER &&
  span.parentSpanId === undefined &&
  (span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true)

/** The server's span that an instrumentation left in the context, unless it is that of another trace. */
function serverSpanIn(active: Context, other: Span | undefined): Span[] {
  const { span } = (active.getValue(RPC_METADATA) ?? {}) as { readonly span?: Span }
  if (span === undefined) return []
  const isOfTrace = other === undefined || other.spanContext().traceId === span.spanContext().traceId
  return isOfTrace ? [span] : []
}
