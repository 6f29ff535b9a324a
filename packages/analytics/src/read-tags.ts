import { ownValue } from '@otel-sessions/semconv/internal'
import type { UsageSpan } from './usage.ts'

/** Characters. A string of tags that is longer is not parsed. */
const JSON_MAX_LENGTH = 8192

/**
 * The tags under the first of the names that has any. An array of strings, or one as JSON in a string, which is how
 * OpenInference's JavaScript packages write it. What is no string is left out.
 */
export function readTags(
  attributes: UsageSpan['attributes'],
  names: readonly string[],
): readonly string[] | undefined {
  for (const name of names) {
    const value = ownValue(attributes, name)
    if (value === undefined) continue
    const tags = asArray(value)?.filter((tag) => typeof tag === 'string' && tag !== '')
    if (tags !== undefined && tags.length > 0) return tags as string[]
  }
  return undefined
}

function asArray(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string' || value[0] !== '[' || value.length > JSON_MAX_LENGTH) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
