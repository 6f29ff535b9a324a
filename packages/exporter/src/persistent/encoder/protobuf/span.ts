import { SPAN_ID_BYTES, TRACE_ID_BYTES, writeId } from '../span/id.ts'
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
import type { SdkEvent, SdkLink, SdkSpan } from '../span/sdk-span.ts'
import { writeAttributes } from './attributes.ts'
import type { Scratch } from './scratch.ts'
import { writeTime, writeUint32 } from './time.ts'

/** Numbers of fields and how they are written, as one byte: 8 × number + 0 varint, 1 64 bits, 2 length, 5 32 bits. */
const Span = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  parentSpanId: 0x22,
  name: 0x2a,
  kind: 0x30,
  start: 0x39,
  end: 0x41,
  attributes: 0x4a,
  droppedAttributes: 0x50,
  events: 0x5a,
  droppedEvents: 0x60,
  links: 0x6a,
  droppedLinks: 0x70,
  status: 0x7a,
  /** Number 16 takes two bytes: this and 1. */
  flags: 0x85,
} as const
const Event = { time: 0x09, name: 0x12, attributes: 0x1a, droppedAttributes: 0x20 } as const
const Link = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  attributes: 0x22,
  droppedAttributes: 0x28,
  flags: 0x35,
} as const
const Status = { message: 0x12, code: 0x18 } as const

/** A span under its tag. What it throws is what reading the span throws; the bytes written by then mean nothing. */
export function writeSpan(scratch: Scratch, tag: number, span: SdkSpan, nesting: Nesting): void {
  const context = span.spanContext()
  const parent = span.parentSpanContext
  const start = scratch.open(tag, 2)
  writeIdField(scratch, Span.traceId, context.traceId, TRACE_ID_BYTES)
  writeIdField(scratch, Span.spanId, context.spanId, SPAN_ID_BYTES)
  scratch.textIfAny(Span.traceState, traceStateOf(context))
  writeIdField(scratch, Span.parentSpanId, parentIdOf(span, parent), SPAN_ID_BYTES)
  scratch.textIfAny(Span.name, textOf(span.name))
  scratch.count(Span.kind, kindOf(span.kind))
  writeTime(scratch, Span.start, span.startTime)
  writeTime(scratch, Span.end, span.endTime)
  writeAttributes(scratch, Span.attributes, span.attributes, nesting)
  scratch.count(Span.droppedAttributes, countOf(span.droppedAttributesCount))
  for (const event of listOf(span.events)) writeEvent(scratch, event, nesting)
  scratch.count(Span.droppedEvents, countOf(span.droppedEventsCount))
  for (const link of listOf(span.links)) writeLink(scratch, link, nesting)
  scratch.count(Span.droppedLinks, countOf(span.droppedLinksCount))
  writeStatus(scratch, span.status)
  writeFlags(scratch, spanFlags(span, context, parent))
  scratch.close(start, 2)
}

/** An ID of another length is left out, as a receiver would refuse the whole request for it. */
function writeIdField(scratch: Scratch, tag: number, id: unknown, length: number): void {
  scratch.reserve(2 + length)
  const { bytes, at } = scratch
  if (!writeId(bytes, at + 2, id, length)) return
  bytes[at] = tag
  bytes[at + 1] = length
  scratch.at = at + 2 + length
}

function writeFlags(scratch: Scratch, flags: number): void {
  scratch.reserve(6)
  const { bytes, at } = scratch
  bytes[at] = Span.flags
  bytes[at + 1] = 1
  writeUint32(bytes, at + 2, flags)
  scratch.at = at + 6
}

/** It is there even if it says nothing, as in OpenTelemetry's own encoder. */
function writeStatus(scratch: Scratch, status: SdkSpan['status']): void {
  const start = scratch.open(Span.status, 1)
  scratch.textIfAny(Status.message, textOf(status?.message))
  scratch.count(Status.code, statusCodeOf(status?.code))
  scratch.close(start, 1)
}

function writeEvent(scratch: Scratch, event: SdkEvent, nesting: Nesting): void {
  const start = scratch.open(Span.events, 2)
  writeTime(scratch, Event.time, event.time)
  scratch.textIfAny(Event.name, textOf(event.name))
  writeAttributes(scratch, Event.attributes, event.attributes, nesting)
  scratch.count(Event.droppedAttributes, countOf(event.droppedAttributesCount))
  scratch.close(start, 2)
}

function writeLink(scratch: Scratch, link: SdkLink, nesting: Nesting): void {
  const { context } = link
  const start = scratch.open(Span.links, 1)
  writeIdField(scratch, Link.traceId, context.traceId, TRACE_ID_BYTES)
  writeIdField(scratch, Link.spanId, context.spanId, SPAN_ID_BYTES)
  scratch.textIfAny(Link.traceState, traceStateOf(context))
  writeAttributes(scratch, Link.attributes, link.attributes, nesting)
  scratch.count(Link.droppedAttributes, countOf(link.droppedAttributesCount))
  scratch.reserve(5)
  scratch.bytes[scratch.at] = Link.flags
  writeUint32(scratch.bytes, scratch.at + 1, linkFlags(context))
  scratch.at += 5
  scratch.close(start, 1)
}
