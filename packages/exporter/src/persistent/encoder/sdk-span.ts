import type { ExportableSpan } from '../../span-types.ts'

// What the encoders read of a span: its shape in every SDK line, its fields with anything invalid replaced, its IDs
// and times, and its groups by resource and scope.

/** HrTime: seconds and nanoseconds. An application may have set anything else. */
export type Time = unknown

/** A span's context as the API defines it. */
export interface SdkContext {
  readonly traceId?: unknown
  readonly spanId?: unknown
  readonly traceFlags?: unknown
  readonly isRemote?: unknown
  readonly traceState?: { serialize(): unknown } | null
}

/** Attributes of a span, an event, a link, a resource or a scope. */
export type Attributes = Readonly<Record<string, unknown>> | null | undefined

export interface SdkEvent {
  readonly name?: unknown
  readonly time?: Time
  readonly attributes?: Attributes
  readonly droppedAttributesCount?: unknown
}

export interface SdkLink {
  readonly context: SdkContext
  readonly attributes?: Attributes
  readonly droppedAttributesCount?: unknown
}

/** `schemaUrl` and `getRawAttributes` exist since SDK 2. */
interface SdkResource {
  readonly attributes?: Attributes
  readonly schemaUrl?: unknown
  /** Detectors are still running. */
  readonly asyncAttributesPending?: unknown
  /** The attributes as pairs. The values of running detectors are promises. */
  getRawAttributes?(): readonly (readonly [string, unknown])[]
}

/** `attributes` exist since late versions of SDK 2. */
interface SdkScope {
  readonly name?: unknown
  readonly version?: unknown
  readonly schemaUrl?: unknown
  readonly attributes?: Attributes
  readonly droppedAttributesCount?: unknown
}

/** An ended span of SDK 1, 2 or 3. The encoders rely on nothing but `spanContext` being a method. */
export interface SdkSpan {
  spanContext(): SdkContext
  readonly name?: unknown
  readonly kind?: unknown
  /** SDK 1. */
  readonly parentSpanId?: unknown
  /** SDK 2 and 3. */
  readonly parentSpanContext?: SdkContext | null
  readonly startTime?: Time
  readonly endTime?: Time
  readonly status?: { readonly code?: unknown; readonly message?: unknown } | null
  readonly attributes?: Attributes
  readonly events?: readonly SdkEvent[] | null
  readonly links?: readonly SdkLink[] | null
  readonly resource?: SdkResource | null
  /** SDK 1. */
  readonly instrumentationLibrary?: SdkScope | null
  /** SDK 2 and 3. */
  readonly instrumentationScope?: SdkScope | null
  readonly droppedAttributesCount?: unknown
  readonly droppedEventsCount?: unknown
  readonly droppedLinksCount?: unknown
}

/** Returns a string unchanged, and the empty string for any other value, as OpenTelemetry's own encoder does. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Returns a list unchanged, and an empty one for any other value. */
export const listOf = <T>(value: readonly T[] | null | undefined): readonly T[] =>
  Array.isArray(value) ? value : NOTHING

const NOTHING: readonly never[] = []

/** Returns a count as a uint32, and 0 for any other value. */
export const countOf = (value: unknown): number =>
  typeof value === 'number' && value > 0 ? Math.min(Math.trunc(value), 0xffffffff) : 0

/** The protocol's number of a span kind: one more than the API's, 0 for unspecified. */
export const kindOf = (kind: unknown): number => (isEnum(kind) ? kind + 1 : 0)

/** The protocol's number of a status, which is the API's. */
export const statusCodeOf = (code: unknown): number => (isEnum(code) ? code : 0)

/** Endpoints reject a request with an enum number that is not an int32. */
const isEnum = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0x7fffffff

/** The ID of the parent: SDK 1 and later lines name it differently. */
export const parentIdOf = (span: SdkSpan, parent: SdkContext | null | undefined): unknown =>
  parent ? parent.spanId : span.parentSpanId

/** The trace state as in the `tracestate` header; empty if there is none. */
export const traceStateOf = (context: SdkContext): string => textOf(context.traceState?.serialize())

/** Flag bits: it is known whether the other span is remote, and it is. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** The flags of a link: those of its context, and whether that is remote. */
export const linkFlags = (context: SdkContext): number => flagsOf(context, context.isRemote)

/** The flags of a span: its own, and whether its parent is remote. SDK 1 does not know the latter. */
export function spanFlags(span: SdkSpan, context: SdkContext, parent: SdkContext | null | undefined): number {
  if (!parent && span.parentSpanId) return Number(context.traceFlags) & 0xff
  return flagsOf(context, parent?.isRemote)
}

const flagsOf = (context: SdkContext, isRemote: unknown): number =>
  (Number(context.traceFlags) & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0)

// Hexadecimal digits by character code; 255 for any other character. `Buffer.write` would cost 12 % of a small span.
const DIGITS = new Uint8Array(128).fill(255)
for (let digit = 0; digit < 16; digit++) {
  const character = digit.toString(16)
  DIGITS[character.charCodeAt(0)] = digit
  DIGITS[character.toUpperCase().charCodeAt(0)] = digit
}

/** How many bytes an ID has. */
export const TRACE_ID_BYTES = 16
export const SPAN_ID_BYTES = 8

/**
 * Writes an ID's bytes.
 *
 * @returns false, with those bytes undefined, if it is no ID of that length: endpoints reject the whole request for one
 */
export function writeId(bytes: Uint8Array, at: number, id: unknown, length: number): id is string {
  if (typeof id !== 'string' || id.length !== 2 * length) return false
  let all = 0
  for (let index = 0; index < length; index++) {
    const high = DIGITS[id.charCodeAt(2 * index)] ?? 255
    const low = DIGITS[id.charCodeAt(2 * index + 1)] ?? 255
    all |= high | low
    bytes[at + index] = (high << 4) | low
  }
  return all < 16
}

const HEXADECIMAL = /^[0-9a-f]+$/i

/** Returns an ID unchanged, or undefined if it is no ID of that length. */
export const idOf = (id: unknown, length: number): string | undefined =>
  typeof id === 'string' && id.length === 2 * length && HEXADECIMAL.test(id) ? id : undefined

export const BILLION = 1_000_000_000
/** From this second on, nanoseconds exceed 64 bits. */
const END_OF_TIME = 18_446_744_073
const MAX_NANOS = 2n ** 64n - 1n

/** Whether a time is one that an SDK makes: whole numbers in range. Those are written without a BigInt. */
export function isUsualTime(time: Time): time is readonly [seconds: number, nanos: number] {
  if (!Array.isArray(time)) return false
  const [seconds, nanos] = time
  return (
    Number.isInteger(seconds) &&
    Number.isInteger(nanos) &&
    seconds > 0 &&
    seconds < END_OF_TIME &&
    nanos >= 0 &&
    nanos < BILLION
  )
}

/** The nanoseconds of any time. Fractions are cut, other values count as 0, and the range is that of 64 bits. */
export function nanosOf(time: Time): bigint {
  if (!Array.isArray(time)) return 0n
  const nanos = wholeOf(time[0]) * BigInt(BILLION) + wholeOf(time[1])
  return nanos < 0n ? 0n : nanos > MAX_NANOS ? MAX_NANOS : nanos
}

const wholeOf = (value: unknown): bigint =>
  Number.isFinite(value) ? BigInt(Math.trunc(value as number)) : 0n

/**
 * The attributes of a resource. While its detectors are running, those that are known: the SDK logs an error whenever
 * `attributes` are read then.
 */
export function resourceAttributes(resource: SdkResource | null | undefined): Attributes {
  if (resource?.asyncAttributesPending !== true || typeof resource.getRawAttributes !== 'function') {
    return resource?.attributes
  }
  const known = resource.getRawAttributes().filter(([, value]) => value != null && !isPromise(value))
  // The first value of a key counts.
  return Object.fromEntries(known.reverse())
}

const isPromise = (value: unknown): boolean =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'

/** The spans of one scope. */
export interface ScopeGroup {
  readonly scope: SdkScope | null | undefined
  readonly spans: SdkSpan[]
}

/** The spans of one resource, by scope. */
export interface ResourceGroup {
  readonly resource: SdkResource | null | undefined
  readonly scopes: Map<SdkScope | null | undefined, ScopeGroup>
}

/**
 * Groups spans by resource and scope, compared by identity: an SDK has one object of each, and comparing contents costs
 * more than repeating them. A span that throws is left out.
 */
export function groupsOf(spans: readonly ExportableSpan[]): Iterable<ResourceGroup> {
  const groups = new Map<SdkResource | null | undefined, ResourceGroup>()
  for (const span of spans as readonly unknown[] as readonly SdkSpan[]) {
    try {
      const { resource } = span
      const scope = span.instrumentationScope ?? span.instrumentationLibrary
      const ofResource = groups.get(resource) ?? { resource, scopes: new Map() }
      groups.set(resource, ofResource)
      const ofScope = ofResource.scopes.get(scope)
      if (ofScope === undefined) ofResource.scopes.set(scope, { scope, spans: [span] })
      else ofScope.spans.push(span)
    } catch {
      // The caller counts the spans that are missing.
    }
  }
  return groups.values()
}
