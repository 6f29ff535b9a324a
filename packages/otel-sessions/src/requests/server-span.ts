import { context, type Span, trace } from '@opentelemetry/api'

/** Where instrumentations of HTTP servers put the server's span; the name is that of `@opentelemetry/core`. */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')

/** The open spans of the request that has just arrived: the server's, and the active one if that is another. */
export function spansOfRequest(): Span[] {
  const active = context.active()
  const server = (active.getValue(RPC_METADATA) as { readonly span?: Span } | undefined)?.span
  const current = trace.getSpan(active)
  return [...new Set([server, current])].filter((span) => span !== undefined && span.isRecording()) as Span[]
}
