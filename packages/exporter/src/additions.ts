import type { ReadableAttributes } from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import type { DialectReason } from './dialect-problems.ts'

/** What the dialects do to the attributes of a span. */
export interface Additions {
  readonly written: Record<string, unknown>
  /** More to write, shared by the spans that have the same metadata. */
  metadata: Readonly<Record<string, unknown>> | undefined
  removed: string[] | undefined
  isEmpty: boolean
}

/** Hears what a dialect cannot hold, and what of it may be said where that is more than its kind. */
export type OnProblem = (
  dialect: string,
  reason: DialectReason,
  value: unknown,
  what?: string | undefined,
) => void

/** Takes an attribute away, and says what it held. */
export function takeAway(added: Additions, attributes: ReadableAttributes, key: string): unknown {
  const value = ownValue(attributes, key)
  if (value === undefined) return undefined
  added.removed ??= []
  added.removed.push(key)
  added.isEmpty = false
  return value
}

/** Writes an attribute, over what it held. */
export function write(added: Additions, key: string, value: unknown): void {
  added.written[key] = value
  added.isEmpty = false
}

/** Writes an attribute that the span does not have. */
export function addUnlessThere(
  added: Additions,
  attributes: ReadableAttributes,
  key: string,
  value: unknown,
): void {
  if (!Object.hasOwn(attributes, key)) write(added, key, value)
}
