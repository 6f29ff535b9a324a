import type { ExportableSpan } from '../../span-types.ts'
import type { Encoded } from './codec.ts'
import { Nesting } from './nesting.ts'
import { writeAttributes } from './protobuf-attributes.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import {
  countOf,
  groupsOf,
  kindOf,
  linkFlags,
  listOf,
  parentIdOf,
  type ResourceGroup,
  resourceAttributes,
  type ScopeGroup,
  type SdkEvent,
  type SdkLink,
  type SdkSpan,
  SPAN_ID_BYTES,
  spanFlags,
  statusCodeOf,
  TRACE_ID_BYTES,
  textOf,
  traceStateOf,
} from './sdk-span.ts'

// The tags of https://github.com/open-telemetry/opentelemetry-proto, as `ProtobufWriter` expects them.
const Request = { resourceSpans: 0x0a } as const
const ResourceSpans = { resource: 0x0a, scopeSpans: 0x12, schemaUrl: 0x1a } as const
const ScopeSpans = { scope: 0x0a, spans: 0x12, schemaUrl: 0x1a } as const
const Resource = { attributes: 0x0a } as const
const Scope = { name: 0x0a, version: 0x12, attributes: 0x1a, droppedAttributes: 0x20 } as const
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
  /** The tag of field 16 takes two bytes: this and 1. */
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

/** The length of a message with hundreds of spans takes this many bytes. Wrong guesses here and for spans cost 10 %. */
const LONG = 3

/** Writes one request at a time. An instance must not be used while one of its calls is under way. */
class RequestWriter {
  readonly #writer = new ProtobufWriter()
  readonly #nesting = new Nesting()
  #spans = 0

  /** Writes an ExportTraceServiceRequest, without the spans that throw. */
  write(spans: readonly ExportableSpan[]): Encoded | undefined {
    this.#spans = 0
    try {
      for (const group of groupsOf(spans)) this.#attempt(() => this.#writeResource(group))
      return this.#spans === 0 ? undefined : { body: this.#writer.copy(), spans: this.#spans }
    } catch {
      // There is no memory for the copy.
      return undefined
    } finally {
      this.#writer.clear()
    }
  }

  /** Undoes what a function has written if it throws, or if it has written no span. */
  #attempt(write: () => void): void {
    const { at } = this.#writer
    const before = this.#spans
    try {
      write()
    } catch {
      this.#nesting.reset()
      this.#spans = before
    }
    if (this.#spans === before) this.#writer.at = at
  }

  #writeResource({ resource, scopes }: ResourceGroup): void {
    const writer = this.#writer
    const start = writer.open(Request.resourceSpans, LONG)
    const head = writer.open(ResourceSpans.resource, 2)
    writeAttributes(writer, Resource.attributes, resourceAttributes(resource), this.#nesting)
    writer.close(head, 2)
    writer.textIfAny(ResourceSpans.schemaUrl, textOf(resource?.schemaUrl))
    for (const group of scopes.values()) this.#attempt(() => this.#writeScope(group))
    writer.close(start, LONG)
  }

  #writeScope({ scope, spans }: ScopeGroup): void {
    const writer = this.#writer
    const start = writer.open(ResourceSpans.scopeSpans, LONG)
    const head = writer.open(ScopeSpans.scope)
    writer.textIfAny(Scope.name, textOf(scope?.name))
    writer.textIfAny(Scope.version, textOf(scope?.version))
    writeAttributes(writer, Scope.attributes, scope?.attributes, this.#nesting)
    writer.count(Scope.droppedAttributes, countOf(scope?.droppedAttributesCount))
    writer.close(head)
    writer.textIfAny(ScopeSpans.schemaUrl, textOf(scope?.schemaUrl))
    for (const span of spans) {
      this.#attempt(() => {
        writeSpan(writer, span, this.#nesting)
        this.#spans++
      })
    }
    writer.close(start, LONG)
  }
}

/** Writes a span. It throws what reading the span throws, and leaves incomplete bytes then. */
function writeSpan(writer: ProtobufWriter, span: SdkSpan, nesting: Nesting): void {
  const context = span.spanContext()
  const parent = span.parentSpanContext
  const start = writer.open(ScopeSpans.spans, 2)
  writer.id(Span.traceId, context.traceId, TRACE_ID_BYTES)
  writer.id(Span.spanId, context.spanId, SPAN_ID_BYTES)
  writer.textIfAny(Span.traceState, traceStateOf(context))
  writer.id(Span.parentSpanId, parentIdOf(span, parent), SPAN_ID_BYTES)
  writer.textIfAny(Span.name, textOf(span.name))
  writer.count(Span.kind, kindOf(span.kind))
  writer.time(Span.start, span.startTime)
  writer.time(Span.end, span.endTime)
  writeAttributes(writer, Span.attributes, span.attributes, nesting)
  writer.count(Span.droppedAttributes, countOf(span.droppedAttributesCount))
  for (const event of listOf(span.events)) writeEvent(writer, event, nesting)
  writer.count(Span.droppedEvents, countOf(span.droppedEventsCount))
  for (const link of listOf(span.links)) writeLink(writer, link, nesting)
  writer.count(Span.droppedLinks, countOf(span.droppedLinksCount))
  writeStatus(writer, span.status)
  writer.reserve(1)
  writer.bytes[writer.at++] = Span.flags
  writer.uint32(1, spanFlags(span, context, parent))
  writer.close(start, 2)
}

/** Writes the status even if it is empty, as OpenTelemetry's own encoder does. */
function writeStatus(writer: ProtobufWriter, status: SdkSpan['status']): void {
  const start = writer.open(Span.status)
  writer.textIfAny(Status.message, textOf(status?.message))
  writer.count(Status.code, statusCodeOf(status?.code))
  writer.close(start)
}

function writeEvent(writer: ProtobufWriter, event: SdkEvent, nesting: Nesting): void {
  const start = writer.open(Span.events, 2)
  writer.time(Event.time, event.time)
  writer.textIfAny(Event.name, textOf(event.name))
  writeAttributes(writer, Event.attributes, event.attributes, nesting)
  writer.count(Event.droppedAttributes, countOf(event.droppedAttributesCount))
  writer.close(start, 2)
}

function writeLink(writer: ProtobufWriter, link: SdkLink, nesting: Nesting): void {
  const { context } = link
  const start = writer.open(Span.links)
  writer.id(Link.traceId, context.traceId, TRACE_ID_BYTES)
  writer.id(Link.spanId, context.spanId, SPAN_ID_BYTES)
  writer.textIfAny(Link.traceState, traceStateOf(context))
  writeAttributes(writer, Link.attributes, link.attributes, nesting)
  writer.count(Link.droppedAttributes, countOf(link.droppedAttributesCount))
  writer.uint32(Link.flags, linkFlags(context))
  writer.close(start)
}

let idle: RequestWriter | undefined = new RequestWriter()

/**
 * Encodes spans as an ExportTraceServiceRequest, without those that throw. A getter on a span may end another span and
 * so call this function again; the inner call uses a writer of its own.
 */
export function writeProtobufRequest(spans: readonly ExportableSpan[]): Encoded | undefined {
  const writer = idle ?? new RequestWriter()
  idle = undefined
  const encoded = writer.write(spans)
  idle = writer
  return encoded
}
