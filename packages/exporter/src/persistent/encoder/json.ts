import type { ExportableSpan } from '../../span-types.ts'
import type { Encoded } from './codec.ts'
import { Nesting } from './nesting.ts'
import {
  type Attributes,
  countOf,
  groupsOf,
  idOf,
  isUsualTime,
  kindOf,
  linkFlags,
  listOf,
  nanosOf,
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
  type Time,
  TRACE_ID_BYTES,
  textOf,
  traceStateOf,
} from './sdk-span.ts'

/** Encodes spans as an ExportTraceServiceRequest in JSON, without those that throw. */
export function writeJsonRequest(spans: readonly ExportableSpan[]): Encoded | undefined {
  const nesting = new Nesting()
  let written = 0

  /** Returns what a function makes, in a list; an empty list if it throws, or if it has no span. */
  function attempt<T>(make: () => T): T[] {
    const before = written
    try {
      const made = make()
      if (written > before) return [made]
    } catch {
      nesting.reset()
      written = before
    }
    return []
  }

  const resourceObject = ({ resource, scopes }: ResourceGroup): object => ({
    resource: { attributes: keyValues(resourceAttributes(resource), nesting), droppedAttributesCount: 0 },
    scopeSpans: Array.from(scopes.values()).flatMap((group) => attempt(() => scopeObject(group))),
    schemaUrl: textOf(resource?.schemaUrl) || undefined,
  })

  const scopeObject = ({ scope, spans }: ScopeGroup): object => ({
    scope: {
      name: textOf(scope?.name),
      version: textOf(scope?.version) || undefined,
      ...scopeAttributes(scope, nesting),
    },
    spans: spans.flatMap((span) =>
      attempt(() => {
        const object = spanObject(span, nesting)
        written++
        return object
      }),
    ),
    schemaUrl: textOf(scope?.schemaUrl) || undefined,
  })

  try {
    const groups = Array.from(groupsOf(spans))
    const resourceSpans = groups.flatMap((group) => attempt(() => resourceObject(group)))
    if (written === 0) return undefined
    return { body: Buffer.from(wellFormed(JSON.stringify({ resourceSpans }))), spans: written }
  } catch {
    // It is longer than a string can be.
    return undefined
  }
}

/** The attributes of a scope, which usually has none. */
function scopeAttributes(scope: ScopeGroup['scope'], nesting: Nesting): object {
  const attributes = keyValues(scope?.attributes, nesting)
  if (attributes.length === 0) return {}
  return { attributes, droppedAttributesCount: countOf(scope?.droppedAttributesCount) }
}

/** A span in OTLP's JSON form. Throws what reading the span throws. */
function spanObject(span: SdkSpan, nesting: Nesting): object {
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

/** `map` would skip the holes of a sparse array, and `Array.from` costs 15 % of a small span. */
function objectsOf<T>(values: readonly T[] | null | undefined, make: (value: T) => object): object[] {
  const objects: object[] = []
  for (const value of listOf(values)) objects.push(make(value))
  return objects
}

/** A time in nanoseconds, as digits. */
function nanosText(time: Time): string {
  if (!isUsualTime(time)) return String(nanosOf(time))
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

const INT64_END = 2 ** 63

/** A map in OTLP's JSON form: a list of keys and values. */
function keyValues(attributes: Attributes, nesting: Nesting): object[] {
  if (typeof attributes !== 'object' || attributes === null) return []
  return Object.keys(attributes).map((key) => ({ key, value: anyValue(attributes[key], nesting) }))
}

/** A value under the name of its type; an empty object for types that OTLP does not have. */
function anyValue(value: unknown, nesting: Nesting): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return numberValue(value)
  if (typeof value === 'boolean') return { boolValue: value }
  return typeof value === 'object' && value !== null ? objectValue(value, nesting) : {}
}

function numberValue(value: number): object {
  // Collectors reject the whole request for a null or a fractional integer, so these follow protobuf's JSON mapping.
  // Large integers are strings, because some endpoints read every number as a double.
  if (!Number.isFinite(value)) return { doubleValue: String(value) }
  if (Number.isSafeInteger(value)) return { intValue: value }
  if (!Number.isInteger(value) || value < -INT64_END || value >= INT64_END) return { doubleValue: value }
  return { intValue: String(BigInt(value)) }
}

function objectValue(value: object, nesting: Nesting): object {
  if (value instanceof Uint8Array) {
    const { buffer, byteOffset, byteLength } = value
    return { bytesValue: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
  }
  if (!nesting.enter(value)) return {}
  const values = Array.isArray(value)
    ? { arrayValue: { values: arrayValues(value, nesting) } }
    : { kvlistValue: { values: listValues(value as Record<string, unknown>, nesting) } }
  nesting.leave()
  return values
}

/** By index: an iterator may be the application's own, and endless. */
function arrayValues(values: readonly unknown[], nesting: Nesting): object[] {
  const length = nesting.take(values.length)
  const written: object[] = []
  for (let index = 0; index < length; index++) written.push(anyValue(values[index], nesting))
  return written
}

function listValues(values: Record<string, unknown>, nesting: Nesting): object[] {
  const keys = Object.keys(values)
  keys.length = nesting.take(keys.length)
  return keys.map((key) => ({ key, value: anyValue(values[key], nesting) }))
}

/** An escape sequence as `JSON.stringify` writes it; only lone surrogates begin with `\ud`. */
const ESCAPE = /\\(?:ud[0-9a-f]{3}|.)/g

/** Replaces lone surrogates by U+FFFD, as in UTF-8: some parsers reject a whole request for one. */
const wellFormed = (json: string): string =>
  json.includes('\\ud')
    ? json.replace(ESCAPE, (written) => (written.startsWith('\\ud') ? '\ufffd' : written))
    : json
