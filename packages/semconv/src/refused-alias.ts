import type { AliasPlan } from './alias-plan.ts'
import { type AliasReason, checkAliasValue } from './alias-value.ts'
import { ATTR_METADATA } from './attributes.ts'
import { readMetadata } from './metadata.ts'
import { ownValue, type ReadableAttributes } from './own-value.ts'
import type { SessionIdRule } from './session-id.ts'

/** What is refused for this is somebody's session, though not one that can be shipped; other reasons name nobody's. */
export const isSomebodys = (reason: AliasReason): boolean =>
  reason === 'too-long' || reason === 'control-character' || reason === 'not-ascii'

/**
 * Whether attributes name a session by an ID that is refused for its length or its characters: then the span has a
 * session, and nobody else's is its own. Throws what a hostile attribute throws.
 */
export function namesRefusedSession(
  attributes: ReadableAttributes,
  plan: AliasPlan,
  rule: SessionIdRule,
): boolean {
  const isRefused = (key: string, value: unknown) => {
    const check = checkAliasValue(key, value, rule)
    return !check.ok && isSomebodys(check.reason)
  }
  let hasMetadata = false
  // One pass over the few attributes that a span has, instead of some fifty look-ups.
  for (const key in attributes) {
    if (plan.endings[key.charCodeAt(key.length - 1)] === 0) continue
    if (key === ATTR_METADATA) hasMetadata = true
    if (plan.attributes.has(key) && isRefused(key, ownValue(attributes, key))) return true
  }
  if (!hasMetadata) return false
  const metadata = readMetadata(ownValue(attributes, ATTR_METADATA))
  if (!metadata.ok) return false
  for (const key of plan.json.keys()) if (isRefused(key, ownValue(metadata.value, key))) return true
  return false
}
