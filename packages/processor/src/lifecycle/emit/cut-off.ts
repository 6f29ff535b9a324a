import type { Attributes, Span } from '@opentelemetry/api'
import { ATTR_SESSION_ATTACHMENT_CONTENT, ATTR_SESSION_ATTACHMENT_ENCODING } from '@otel-sessions/semconv'
import { report } from '../../report/report.ts'
import { attributesOf } from '../../rules/stamp.ts'

/**
 * Takes from a span what the SDK's attribute length limit cut off: half a file, an address or a JSON is a wrong one.
 * Counts it, and what the SDK's limit of how many there are left no room for. What another processor made of it stays.
 */
export function removeCutOff(span: Span, given: Attributes): void {
  const kept: Record<string, unknown> = attributesOf(span)
  // A wrapper span that does not show what it has.
  if (Object.keys(kept).length === 0) return
  for (const [key, value] of Object.entries(given)) {
    if (!isCutOff(kept[key], value)) continue
    report('session-word:cut-off', () => {
      return `a word of a session travels without its ${key}: the attribute limits of the SDK (attributeValueLengthLimit, attributeCountLimit) have no room for it`
    })
    remove(span, kept, key)
    if (key === ATTR_SESSION_ATTACHMENT_CONTENT) remove(span, kept, ATTR_SESSION_ATTACHMENT_ENCODING)
  }
}

const isCutOff = (kept: unknown, value: unknown): boolean =>
  kept === undefined ||
  (typeof kept === 'string' &&
    typeof value === 'string' &&
    kept.length < value.length &&
    value.startsWith(kept))

// The API has no way to remove an attribute; every SDK shows the object itself. Where it does not, it is left empty.
function remove(span: Span, kept: Record<string, unknown>, key: string): void {
  if (kept[key] === undefined) return
  Reflect.deleteProperty(kept, key)
  if (attributesOf(span)[key] !== undefined) span.setAttribute(key, '')
}
