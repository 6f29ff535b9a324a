import type { ReadableAttributes } from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import { type Additions, addUnlessThere, type OnProblem, takeAway, write } from './additions.ts'
import type { SessionPlan } from './dialect-plan.ts'

/** Writes the session under a dialect's keys, or takes away what these hold where the dialect cannot hold it. */
export function addSession(
  added: Additions,
  attributes: ReadableAttributes,
  { name, keys, conversation, extras, maxLength, pattern }: SessionPlan,
  id: string,
  onProblem: OnProblem,
): void {
  const isTooLong = id.length > maxLength
  if (isTooLong || (pattern !== undefined && !pattern.test(id))) {
    onProblem(name, isTooLong ? 'id-too-long' : 'id-not-allowed', id)
    // What a framework wrote there would file the span under another session than the one that is shipped.
    for (const key of keys) takeAway(added, attributes, key)
    return
  }
  for (const key of keys) if (ownValue(attributes, key) !== id) write(added, key, id)
  // A conversation of the span's own is written after it, where it has another key.
  if (conversation !== undefined) addUnlessThere(added, attributes, conversation, id)
  for (const [key, value] of extras) addUnlessThere(added, attributes, key, value)
}

/** Takes away what a dialect's keys hold, because there is no session. */
export function denySession(
  added: Additions,
  attributes: ReadableAttributes,
  { name, denied }: SessionPlan,
  onProblem: OnProblem,
): void {
  const values = denied.map((key) => takeAway(added, attributes, key))
  const value = values.find((each) => each !== undefined)
  if (value !== undefined) onProblem(name, 'cleared', value)
}
