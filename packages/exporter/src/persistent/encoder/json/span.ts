import { idOf, SPAN_ID_BYTES, TRACE_ID_BYTES } from '../span/id.ts'
import type { Nesting } from '../span/nesting.ts'
import {
  countOf,
  kindOf,
  linkFlags,
  listOf,
  parentIdOf,
  spanFlags,
  statusCodeOf,
  textOf,
  traceStateOf,
} from '../span/read.ts'
import type { SdkEvent, SdkLink, SdkSpan, Time } from '../span/sdk-span.ts'
import { isUsual, nanosOf } from '../span/time.ts'
import { keyValues } from './any-value.ts'

/** A span as OTLP has it in JSON. What it throws is what reading the span throws. */
export function spanObject(span: SdkSpan, nesting: Nesting): object {
  const context = span.spanContext()
  const parent = span.parentSpanContext
  const { status } = span
  return {
    traceId: idOf(context.traceId, TRACE_ID_BYTES) ?? '',
    spanId: idOf(context.spanId, SPAN_ID_BYTES) ?? '',
    parentSpanId: idOf(parentIdOf(span, parent), SPAN_ID_BYTES),
    traceState: traceStateOf(context) || undefined,
    name: textOf(span.name),
    kind: kindOf(span.kind),
    startTimeUnixNano: nanosText(span.startTime),
    endTimeUnixNano: nanosText(span.endTime),
    attributes: keyValues(span.attributes, nesting),
    droppedAttributesCount: countOf(span.droppedAttributesCount),
    events: objectsOf(span.events, (event) => eventObject(event, nesting)),
    droppedEventsCount: countOf(span.droppedEventsCount),
    status: { code: statusCodeOf(status?.code), message: textOf(status?.message) || undefined },
    links: objectsOf(span.links, (link) => linkObject(link, nesting)),
    droppedLinksCount: countOf(span.droppedLinksCount),
    flags: spanFlags(span, context, parent),
  }
}

/** By a loop: `map` leaves holes as they are, and `Array.from` takes ten times as long. */
function objectsOf<T>(values: readonly T[] | null | undefined, make: (value: T) => object): object[] {
  const objects: object[] = []
  for (const value of listOf(values)) objects.push(make(value))
  return objects
}

/** A time in nanoseconds, as digits. */
function nanosText(time: Time): string {
  if (!isUsual(time)) return String(nanosOf(time))
  return `${time[0]}${String(time[1]).padStart(9, '0')}`
}

const eventObject = (event: SdkEvent, nesting: Nesting): object => ({
  attributes: keyValues(event.attributes, nesting),
  name: textOf(event.name),
  timeUnixNano: nanosText(event.time),
  droppedAttributesCount: countOf(event.droppedAttributesCount),
})

function linkObject(link: SdkLink, nesting: Nesting): object {
  const { context } = link
  return {
    attributes: keyValues(link.attributes, nesting),
    spanId: idOf(context.spanId, SPAN_ID_BYTES) ?? '',
    traceId: idOf(context.traceId, TRACE_ID_BYTES) ?? '',
    traceState: traceStateOf(context) || undefined,
    droppedAttributesCount: countOf(link.droppedAttributesCount),
    flags: linkFlags(context),
  }
}
