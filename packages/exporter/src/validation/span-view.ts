import {
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges } from './decide.ts'

/** Every property of a readable span in SDK 1.x, 2.x and 3.x. */
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
 * A span with other attributes. The SDK's span is not changed, because other processors share it. A class of getters is
 * the cheapest form that every exporter can read. Resource and scope keep their identity, by which OTLP groups spans.
 */
class SpanView implements AnyReadableSpan {
  // Not a private field: exporters wrap spans in proxies and with Object.create, which have no private fields.
  readonly _span: AnyReadableSpan
  readonly attributes: ReadableAttributes

  constructor(span: ExportableSpan, attributes: ReadableAttributes) {
    this._span = span as AnyReadableSpan
    this.attributes = attributes
  }

  spanContext() {
    return this._span.spanContext()
  }
  get name() {
    return this._span.name
  }
  get kind() {
    return this._span.kind
  }
  get startTime() {
    return this._span.startTime
  }
  get endTime() {
    return this._span.endTime
  }
  get status() {
    return this._span.status
  }
  get links() {
    return this._span.links
  }
  get events() {
    return this._span.events
  }
  get duration() {
    return this._span.duration
  }
  get ended() {
    return this._span.ended
  }
  get resource() {
    return this._span.resource
  }
  get droppedAttributesCount() {
    return this._span.droppedAttributesCount
  }
  get droppedEventsCount() {
    return this._span.droppedEventsCount
  }
  get droppedLinksCount() {
    return this._span.droppedLinksCount
  }
}

/** SDK 1.x. Readers check `'parentSpanId' in span`, so a view has the names of its own SDK version only. */
class SpanView1 extends SpanView {
  get parentSpanId() {
    return this._span.parentSpanId
  }
  get instrumentationLibrary() {
    return this._span.instrumentationLibrary
  }
}

/** SDK 2.x and 3.x. */
class SpanView2 extends SpanView {
  get parentSpanContext() {
    return this._span.parentSpanContext
  }
  get instrumentationScope() {
    return this._span.instrumentationScope
  }
}

/** A copy of the attributes with the changes. */
export function changedAttributes(
  attributes: ReadableAttributes,
  changes: SpanChanges,
): Record<string, unknown> {
  // A spread defines properties, so a key such as __proto__ is not special.
  const changed: Record<string, unknown> = { ...attributes, [ATTR_SESSION_ID]: changes.sessionId }
  if (changes.sessionId === undefined) delete changed[ATTR_SESSION_ID]
  for (const [key, value] of changes.staleAttributes ?? []) {
    if (changed[key] === value) delete changed[key]
  }
  for (const key in changes.fields) if (changes.fields[key] !== null) changed[key] = changes.fields[key]
  if (changes.overwrittenId !== undefined) changed[ATTR_OVERWRITTEN_ID] = changes.overwrittenId
  if (changes.metadata !== undefined) changed[ATTR_METADATA] = changes.metadata
  return changed
}

/** A view of the span that differs in its attributes only. */
export function viewOf<S extends ExportableSpan>(span: S, attributes: ReadableAttributes): S {
  const View = 'instrumentationLibrary' in span ? SpanView1 : SpanView2
  return new View(span, attributes) as unknown as S
}
