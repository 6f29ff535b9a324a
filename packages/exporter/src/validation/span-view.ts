import {
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import type { ExportableSpan } from '../span-types.ts'
import type { SpanChanges } from './decide.ts'

/** Every property of a readable span in SDK 1.x, 2.x and 3.x. */
interface AnyReadableSpan extends ExportableSpan {
  readonly name: unknown
  readonly kind: unknown
  parentSpanId?: unknown
  parentSpanContext?: unknown
  readonly startTime: unknown
  readonly endTime: unknown
  readonly status: unknown
  readonly links: unknown
  readonly events: unknown
  readonly duration: unknown
  readonly ended: unknown
  readonly resource: unknown
  instrumentationLibrary?: unknown
  instrumentationScope?: unknown
  readonly droppedAttributesCount: unknown
  readonly droppedEventsCount: unknown
  readonly droppedLinksCount: unknown
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
  for (const key in changes.fields) {
    const value = ownValue(changes.fields, key)
    if (value != null) changed[key] = value
  }
  if (changes.overwrittenId !== undefined) changed[ATTR_OVERWRITTEN_ID] = changes.overwrittenId
  if (changes.metadata !== undefined) changed[ATTR_METADATA] = changes.metadata
  return changed
}

/**
 * A span that differs in its attributes only. The SDK's span is not changed, because other processors share it. Resource
 * and scope keep their identity, by which OTLP groups spans. A plain object has no private fields, which the proxies of
 * exporters would hide. It is made without a loop over the names: that costs V8 several times as much.
 */
export function viewOf<S extends ExportableSpan>(span: S, attributes: ReadableAttributes): S {
  const of: AnyReadableSpan = span as never
  const {
    name,
    kind,
    startTime,
    endTime,
    status,
    links,
    events,
    duration,
    ended,
    resource,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  } = of
  const view: AnyReadableSpan = {
    spanContext: () => span.spanContext(),
    attributes,
    name,
    kind,
    startTime,
    endTime,
    status,
    links,
    events,
    duration,
    ended,
    resource,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
  }
  // Readers check `'parentSpanId' in span`, so a view has the names of its own SDK version only: those of 1.x, or later ones.
  if ('instrumentationLibrary' in span) {
    view.parentSpanId = of.parentSpanId
    view.instrumentationLibrary = of.instrumentationLibrary
  } else {
    view.parentSpanContext = of.parentSpanContext
    view.instrumentationScope = of.instrumentationScope
  }
  return view as ExportableSpan as S
}
