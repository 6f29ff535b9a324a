import type { EndedSpan } from './ended-span.ts'

/** `SpanKind.SERVER` and `SpanKind.CONSUMER` of `@opentelemetry/api`. */
const SERVER = 1
const CONSUMER = 4

/**
 * Whether a span is the first of its trace in this process: it has no parent, or one of another process. SDK 1 does not
 * say whose the parent is: there it is the first if it serves or consumes.
 */
export const isEntry = ({ kind, parentSpanContext: parent }: EndedSpan, hasParent: boolean): boolean =>
  !hasParent || parent?.isRemote === true || (parent === undefined && (kind === SERVER || kind === CONSUMER))
