import { type Context, context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { parentOf } from './span-parents.ts'

/** What enters a session. It decides which spans that have started already are part of it. */
export type EntryUnit = 'request' | 'invocation' | 'job' | 'call' | 'socket'

/** Where instrumentations of HTTP servers put the server's span; the name is that of `@opentelemetry/core`. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')

/** What is read of a span of the SDK, 1.x and later. */
interface SdkSpan extends Span {
  readonly kind?: SpanKind
}

/**
 * The open spans of what has just arrived, which started before it could name its session: the active one, those above
 * it up to the nearest server's or consumer's span or the local root, and the server's span in the context. The outermost
 * is the last.
 *
 * A job sets the session of a consumer's span only. A server's is that of the request that queued the job, and a root may
 * be that of a script which runs jobs of several sessions. Such spans learn the session from below, if all have the same.
 *
 * @param known spans that the framework knows
 * @param inside where it begins
 */
export function spansOf(
  unit: EntryUnit,
  known: readonly (Span | null | undefined)[] = [],
  inside: Context = context.active(),
): Span[] {
  const line = lineOf(trace.getSpan(inside))
  const top = line.at(-1)
  if (unit === 'job' && top?.kind !== SpanKind.CONSUMER) return []
  // The client is in this process, and so is its request.
  if (unit === 'call' && line.some(({ kind }) => kind === SpanKind.CLIENT)) return []
  if (!receives(top)) line.push(...known.filter((one) => one != null))
  // Two instrumentations may make a server's span each, from the same headers: @hono/otel beside instrumentation-http.
  const isShared = unit === 'job' || unit === 'call'
  if (!isShared || !receives(line.at(-1))) line.push(...serverSpanIn(inside, top))
  return [...new Set(line)].filter((one) => one.isRecording())
}

/** A span, and those above it up to the nearest server's or consumer's, or the local root, as far as they are noted. */
export function lineOf(active: Span | undefined): SdkSpan[] {
  const line: SdkSpan[] = []
  let span = active as SdkSpan | undefined
  // Parents of parents are no cycle; the bound is for what looks like a span and is none.
  while (span !== undefined && line.length < 100) {
    line.push(span)
    if (receives(span)) break
    span = parentOf(span)
  }
  return line
}

/** Whether a span is that of a server or a consumer. */
export const receives = (span: SdkSpan | undefined): boolean =>
  span?.kind === SpanKind.SERVER || span?.kind === SpanKind.CONSUMER

/** The server's or consumer's span that a context belongs to; that of a server in the context takes precedence. */
export function receiverIn(inside: Context): Span | undefined {
  const top = lineOf(trace.getSpan(inside)).at(-1)
  return rpcSpanIn(inside) ?? (receives(top) ? top : undefined)
}

/** A context that does not name the server's span. */
export const withoutServerSpan = (inside: Context): Context => inside.deleteValue(RPC_METADATA)

const rpcSpanIn = (inside: Context) =>
  ((inside.getValue(RPC_METADATA) ?? {}) as { readonly span?: Span }).span

/**
 * The server's span that an instrumentation left in the context, unless it is that of another trace. A parent in another
 * process is no other trace: it came with a message in the body of the request.
 */
function serverSpanIn(inside: Context, other: Span | undefined): Span[] {
  const span = rpcSpanIn(inside)
  if (span === undefined) return []
  if (other === undefined || other.spanContext().isRemote === true) return [span]
  return other.spanContext().traceId === span.spanContext().traceId ? [span] : []
}
