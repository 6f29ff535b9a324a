import { type Context, type Span, type SpanContext, trace } from '@opentelemetry/api'
import { ownRecord } from '@otel-sessions/semconv/internal'

const KEY: unique symbol = Symbol.for('otel-sessions.span-parents') as never

/** The parent of a span, or the nearest open one above, by the span's context; for all copies of this package. */
const parents = sharedParents()

function sharedParents(): WeakMap<object, Span> {
  const own = new WeakMap<object, Span>()
  try {
    const holder = globalThis as { [KEY]?: WeakMap<object, Span> }
    holder[KEY] ??= own
    return holder[KEY] instanceof WeakMap ? holder[KEY] : own
  } catch {
    // `globalThis` is frozen.
    return own
  }
}

/** The nearest span above one that started without a session, if a `SpanParents` has seen them. It may have ended. */
export const parentOf = (span: Span): Span | undefined => parents.get(span.spanContext())

function openParentOf(span: Span): Span | undefined {
  let above = parentOf(span)
  while (above !== undefined && !above.isRecording()) above = parentOf(above)
  return above
}

function note(spanContext: SpanContext, parent: Span | undefined): void {
  if (parent !== undefined) parents.set(spanContext, parent)
  else parents.delete(spanContext)
}

/**
 * A SpanProcessor that notes the parents of spans without a session. With it, the request helpers reach the spans between
 * the server's and the active one, also where no instrumentation puts the server's span into the context. It belongs
 * behind `SessionSpanProcessor`.
 *
 * A span context of the SDK names its parent and does not lead to it. The notes go with the span contexts. Each leads past
 * spans that have ended, so that spans which follow each other without an end do not retain each other. Never throws.
 */
export class SpanParents {
  /** Called by the SDK when a span starts. */
  onStart(span: Pick<Span, 'spanContext'>, parentContext: Context): void {
    try {
      const spanContext = span.spanContext()
      const parent = trace.getSpan(parentContext)
      // Most spans start inside a session, and there is nothing to do for them.
      if (parent === undefined || ownRecord(spanContext)?.from !== undefined) return
      const above = openParentOf(parent)
      note(parent.spanContext(), above)
      // A parent in another process does not record either.
      note(spanContext, parent.isRecording() ? parent : above)
    } catch {
      // A span of another library that throws.
    }
  }

  /** Does nothing. */
  onEnd(): void {}

  /** Does nothing. */
  async forceFlush(): Promise<void> {}

  /** Does nothing. */
  async shutdown(): Promise<void> {}
}
