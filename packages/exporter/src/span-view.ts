import {
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import type { GateChanges } from './gate.ts'
import type { ExportableSpan } from './span-types.ts'

/** Every property that some line of the SDK gives a readable span; 1.x and later differ in two of them. */
interface AnyReadableSpan extends ExportableSpan {
  readonly name: unknown
  readonly kind: unknown
  readonly parentSpanId?: unknown
  readonly parentSpanContext?: unknown
  readonly startTime: unknown
  readonly endTime: unknown
  readonly status: unknown
  readonly links: unknown
  readonly events: unknown
  readonly duration: unknown
  readonly ended: unknown
  readonly resource: unknown
  readonly instrumentationLibrary?: unknown
  readonly instrumentationScope?: unknown
  readonly droppedAttributesCount: unknown
  readonly droppedEventsCount: unknown
  readonly droppedLinksCount: unknown
}

/**
 * A span with other attributes. The SDK's span is not touched, because other processors share it. A class of
 * getters is the cheapest form that every exporter reads; resource and scope keep their identity, by which
 * OTLP groups spans.
 */
class SpanView implements AnyReadableSpan {
  readonly #span: AnyReadableSpan
  readonly attributes: ReadableAttributes

  constructor(span: ExportableSpan, attributes: ReadableAttributes) {
    this.#span = span as AnyReadableSpan
    this.attributes = attributes
  }

  spanContext() {
    return this.#span.spanContext()
  }
  get name() {
    return this.#span.name
  }
  get kind() {
    return this.#span.kind
  }
  get parentSpanId() {
    return this.#span.parentSpanId
  }
  get parentSpanContext() {
    return this.#span.parentSpanContext
  }
  get startTime() {
    return this.#span.startTime
  }
  get endTime() {
    return this.#span.endTime
  }
  get status() {
    return this.#span.status
  }
  get links() {
    return this.#span.links
  }
  get events() {
    return this.#span.events
  }
  get duration() {
    return this.#span.duration
  }
  get ended() {
    return this.#span.ended
  }
  get resource() {
    return this.#span.resource
  }
  get instrumentationLibrary() {
    return this.#span.instrumentationLibrary
  }
  get instrumentationScope() {
    return this.#span.instrumentationScope
  }
  get droppedAttributesCount() {
    return this.#span.droppedAttributesCount
  }
  get droppedEventsCount() {
    return this.#span.droppedEventsCount
  }
  get droppedLinksCount() {
    return this.#span.droppedLinksCount
  }
}

/** The span as it is shipped. It looks like the span in everything but what the gate changes. */
export function viewOf<S extends ExportableSpan>(span: S, changes: GateChanges): S {
  // Rest and spread define properties, so that no key is special.
  const { [ATTR_SESSION_ID]: _, ...others } = span.attributes
  const attributes: Record<string, unknown> = others
  if (changes.sessionId !== undefined) attributes[ATTR_SESSION_ID] = changes.sessionId
  if (changes.overwrittenId !== undefined) attributes[ATTR_OVERWRITTEN_ID] = changes.overwrittenId
  if (changes.metadata !== undefined) attributes[ATTR_METADATA] = changes.metadata
  return new SpanView(span, attributes) as unknown as S
}
