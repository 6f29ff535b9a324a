import { type Context, type Span, trace } from '@opentelemetry/api'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { ownRecord } from '@otel-sessions/semconv/internal'
import { sharedWeakMap } from '../shared-map.ts'

/** The parent of a span, or the nearest open one above, by the span's context. */
const parents = sharedWeakMap<object, Span>('otel-sessions.span-parents')

/** The nearest span above one that started without a session, if a `RequestSpanProcessor` has seen them. It may have ended. */
export const parentOf = (span: Span): Span | undefined => parents.get(span.spanContext())

function openAbove(span: Span): Span | undefined {
  let above: Span | undefined = span
  while (above !== undefined && !above.isRecording()) above = parentOf(above)
  return above
}

function note(spanContext: object, parent: Span | undefined): void {
  if (parent !== undefined) parents.set(spanContext, parent)
  else parents.delete(spanContext)
}

/**
 * Notes the parent of a span that starts without a session. A span context of the SDK names its parent and does not lead
 * to it. The notes go with the span contexts. Each leads past spans that have ended, so that spans which follow each other
 * without an end do not retain each other. Never throws.
 */
export function noteParent(span: { spanContext(): object }, parentContext: Context): void {
  try {
    const spanContext = span.spanContext()
    const parent = trace.getSpan(parentContext)
    // Most spans start inside a session, and there is nothing to do for them.
    if (parent === undefined || ownRecord(spanContext)?.from !== undefined) return
    let above = parentOf(parent)
    if (above !== undefined && !above.isRecording()) {
      above = openAbove(above)
      note(parent.spanContext(), above)
    }
    // A parent in another process does not record either.
    const open = parent.isRecording() ? parent : above
    if (open !== undefined) parents.set(spanContext, open)
  } catch {
    // A span of another library that throws.
  }
}

/**
 * The `SessionSpanProcessor` of the front door. With it, the request helpers reach the spans between the server's and the
 * active one, also where no instrumentation puts the server's span into the context.
 */
export class RequestSpanProcessor extends SessionSpanProcessor {
  /** Stamps a span that starts, and notes its parent if it has no session. */
  override onStart(span: Parameters<SessionSpanProcessor['onStart']>[0], parentContext: Context): void {
    super.onStart(span, parentContext)
    noteParent(span, parentContext)
  }
}
