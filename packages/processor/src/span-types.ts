/**
 * The part of a span that the processor uses. Structural, so that it is the same for every line of the SDK,
 * and for a copy of the SDK that is not ours.
 */
export interface StampableSpan {
  spanContext(): object
  setAttribute(key: string, value: never): unknown
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A span that has ended: it can only be read. */
export interface EndedSpan {
  spanContext(): object
  readonly attributes: Readonly<Record<string, unknown>>
}
