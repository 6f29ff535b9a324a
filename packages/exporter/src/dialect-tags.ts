import { ATTR_TAG_TAGS, type ReadableAttributes } from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { type Additions, addUnlessThere, type OnProblem } from './additions.ts'
import type { TagsPlan } from './dialect-plan.ts'
import type { DialectReason } from './dialect-problems.ts'

/** Writes the tags in the form that each dialect takes. */
export function addTags(
  added: Additions,
  attributes: ReadableAttributes,
  plans: readonly TagsPlan[],
  onProblem: OnProblem,
): void {
  const value = ownValue(attributes, ATTR_TAG_TAGS)
  if (value === undefined || value === null) return
  const { tags, problem } = readTags(value)
  for (const { name, key, form } of plans) {
    if (problem !== undefined) onProblem(name, problem, value)
    const fit =
      form === 'comma-separated' && tags.some(hasComma) ? tags.filter((tag) => !hasComma(tag)) : tags
    if (fit !== tags) onProblem(name, 'tag-with-comma', value)
    if (fit.length > 0) addUnlessThere(added, attributes, key, inForm(fit, form))
  }
}

function inForm(tags: readonly string[], form: TagsPlan['form']): unknown {
  if (form === 'array') return tags
  return form === 'json' ? JSON.stringify(tags) : tags.join(',')
}

/** The tags, copied, because a proxy may throw at any time; and what is wrong with them. Empty ones say nothing. */
function readTags(value: unknown): { tags: readonly string[]; problem?: DialectReason } {
  try {
    if (!Array.isArray(value)) return { tags: [], problem: 'tags-not-strings' }
    const all: unknown[] = [...value]
    if (all.every(isTag)) return { tags: all }
    const tags = all.filter(isTag)
    return all.every((tag) => typeof tag === 'string') ? { tags } : { tags, problem: 'tags-not-strings' }
  } catch {
    return { tags: [], problem: 'tags-unreadable' }
  }
}

const hasComma = (tag: string) => tag.includes(',')
const isTag = (tag: unknown): tag is string => typeof tag === 'string' && tag !== ''
