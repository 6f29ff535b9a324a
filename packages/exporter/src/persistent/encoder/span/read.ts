import type { SdkContext, SdkScope, SdkSpan } from './sdk-span.ts'

/** A string as it is; the empty string for anything else, as OpenTelemetry's own encoder has it. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A list as it is; an empty one for anything else. */
export const listOf = <T>(value: readonly T[] | null | undefined): readonly T[] =>
  Array.isArray(value) ? value : NOTHING

const NOTHING: readonly never[] = []

/** A count as a uint32; 0 for what is none. */
export const countOf = (value: unknown): number =>
  typeof value === 'number' && value > 0 ? Math.min(Math.trunc(value), 0xffffffff) : 0

/** The protocol's number of a kind: one more than the API's, 0 for unspecified. */
export const kindOf = (kind: unknown): number => (isEnum(kind) ? kind + 1 : 0)

/** The protocol's number of a status, which is the API's. */
export const statusCodeOf = (code: unknown): number => (isEnum(code) ? code : 0)

/** Receivers refuse a request with a number that is no int32. */
const isEnum = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0x7fffffff

/** The ID of the parent, under the name that the span's line of the SDK gives it. */
export const parentIdOf = (span: SdkSpan, parent: SdkContext | null | undefined): unknown =>
  parent ? parent.spanId : span.parentSpanId

/** The scope, under the name that the span's line of the SDK gives it. */
export const scopeOf = (span: SdkSpan): SdkScope | null | undefined =>
  span.instrumentationScope ?? span.instrumentationLibrary

/** The trace state as it is in the header; empty where there is none. */
export const traceStateOf = (context: SdkContext): string => textOf(context.traceState?.serialize())

/** The bits that say that something is known of the other span's being remote, and that it is. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** The flags of a link: those of its context, and whether that is remote. */
export const linkFlags = (context: SdkContext): number => flagsOf(context, context.isRemote)

/** The flags of a span: its own, and whether its parent is remote, which SDK 1 does not know. */
export function spanFlags(span: SdkSpan, context: SdkContext, parent: SdkContext | null | undefined): number {
  if (!parent && span.parentSpanId) return Number(context.traceFlags) & 0xff
  return flagsOf(context, parent?.isRemote)
}

const flagsOf = (context: SdkContext, isRemote: unknown): number =>
  (Number(context.traceFlags) & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0)
