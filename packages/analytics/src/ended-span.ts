import type { UsageSpan } from './usage/span-usage.ts'

/** The identity of a span. */
export interface SpanIdentity {
  /** The trace ID: 32 hexadecimal digits. */
  readonly traceId: string
  /** The span ID: 16 hexadecimal digits. */
  readonly spanId: string
}

/** The identity of a span's parent. */
export interface ParentIdentity {
  /** The span ID: 16 hexadecimal digits. */
  readonly spanId: string
  /** Whether the parent is in another process. */
  readonly isRemote?: boolean | undefined
}

/** The part of an ended span that is counted. Spans of SDK 1.30, 2 and 3 have this shape. */
export interface EndedSpan extends UsageSpan {
  /** The span's name; with the scope, if there is one, it identifies session spans. */
  readonly name: string
  /** Seconds and nanoseconds since the epoch. */
  readonly startTime: readonly number[]
  /** Seconds and nanoseconds since the epoch. */
  readonly endTime: readonly number[]
  /** Returns the span's identity. */
  spanContext(): SpanIdentity
  /** The parent, since SDK 2. */
  readonly parentSpanContext?: ParentIdentity | undefined
  /** The parent's span ID in SDK 1, which does not report whether the parent is in another process. */
  readonly parentSpanId?: string | undefined
  /** The span's kind, such as 1 for SERVER and 4 for CONSUMER; read if `parentSpanContext` is missing. */
  readonly kind?: number | undefined
}

const SERVER = 1
const CONSUMER = 4

/**
 * Whether a span enters this process: it has no parent, or one in another process. SDK 1 does not report where the
 * parent is; there, servers and consumers enter the process.
 */
export const entersProcess = ({ kind, parentSpanContext: parent }: EndedSpan, hasParent: boolean): boolean =>
  !hasParent || parent?.isRemote === true || (parent === undefined && (kind === SERVER || kind === CONSUMER))

/** Converts seconds and nanoseconds to milliseconds since the epoch; NaN if the time is invalid. */
export function epochMillis(time: readonly number[] | undefined): number {
  // By index, because destructuring would allocate an iterator for each span.
  const seconds = time?.[0]
  const nanos = time?.[1]
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return Number.NaN
  return seconds * 1000 + nanos / 1e6
}

/** Returns a duration in milliseconds: never negative, even if the clock was changed; NaN if a time is invalid. */
export function durationMillis(
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): number {
  // Subtracted by parts, because milliseconds since the epoch are not exact to the nanosecond.
  const seconds = (to?.[0] as number) - (from?.[0] as number)
  return Math.max(0, seconds * 1000 + ((to?.[1] as number) - (from?.[1] as number)) / 1e6)
}
