import type { ReadableAttributes } from '@otel-sessions/semconv'

/**
 * The part of a span that the processor uses. Structural, so that it is the same for every line of the SDK,
 * and for a copy of the SDK that is not ours.
 */
export interface StampableSpan {
  /** The span's context; the processor leaves its record on this very object. */
  spanContext(): object
  /** Writes an attribute. */
  setAttribute(key: string, value: never): unknown
  /** What has been written so far. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A span that has ended: it can only be read. */
export interface EndedSpan {
  /** The span's context, with the processor's record on it. */
  spanContext(): object
  /** What was written until the span ended. */
  readonly attributes: Readonly<Record<string, unknown>>
}

const NO_ATTRIBUTES: ReadableAttributes = {}

/** What a span shows of its attributes; a wrapper span may show none. */
export function attributesOf(span: object): ReadableAttributes {
  return (span as Partial<{ attributes: ReadableAttributes }>).attributes ?? NO_ATTRIBUTES
}
