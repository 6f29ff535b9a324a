import type { ExportableSpan } from '../../../span-types.ts'

/** HrTime: seconds and nanoseconds. Anything may stand there, if an application has put it there. */
export type Time = unknown

/** A span's context as the API has it. */
export interface SdkContext {
  readonly traceId?: unknown
  readonly spanId?: unknown
  readonly traceFlags?: unknown
  readonly isRemote?: unknown
  readonly traceState?: { serialize(): unknown } | null
}

/** What a span, an event, a link, a resource or a scope is described by. */
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

/** `schemaUrl` is there since SDK 2. */
export interface SdkResource {
  readonly attributes?: Attributes
  readonly schemaUrl?: unknown
}

/** `attributes` are there since late versions of SDK 2. */
export interface SdkScope {
  readonly name?: unknown
  readonly version?: unknown
  readonly schemaUrl?: unknown
  readonly attributes?: Attributes
  readonly droppedAttributesCount?: unknown
}

/** An ended span of SDK 1, 2 or 3. Nothing is relied on but that `spanContext` is a method. */
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

/** The same span, seen with all that the SDKs put on it. */
export const sdkSpanOf = (span: ExportableSpan): SdkSpan => span as unknown as SdkSpan
