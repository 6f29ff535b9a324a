import type { Attributes, Span } from '@opentelemetry/api'
import { ATTR_SESSION_ATTACHMENT_CONTENT, ATTR_SESSION_ATTACHMENT_ENCODING } from '@otel-sessions/semconv'
import { report } from '../report.ts'
import { attributesOf } from '../span-types.ts'

/**
 * Takes from a span what the SDK's attribute length limit cut off: half a file, or half an address, is a wrong one.
 * Counts it, and what the SDK's limit of how many there are left no room for.
 */
export function removeCutOff(span: Span, given: Attributes): void {
  const kept: Record<string, unknown> = attributesOf(span)
  // A wrapper span that does not show what it has.
  if (Object.keys(kept).length === 0) return
  for (const [key, value] of Object.entries(given)) {
    if (kept[key] === value) continue
    report('attachment:cut-off', () => {
      return `an attachment travels without its ${key}: the attribute limits of the SDK (attributeValueLengthLimit, attributeCountLimit) have no room for it`
    })
    remove(span, kept, key)
    if (key === ATTR_SESSION_ATTACHMENT_CONTENT) remove(span, kept, ATTR_SESSION_ATTACHMENT_ENCODING)
  }
}

// The API has no way to remove an attribute; every SDK shows the object itself. Where it does not, it is left empty.
function remove(span: Span, kept: Record<string, unknown>, key: string): void {
  if (kept[key] === undefined) return
  Reflect.deleteProperty(kept, key)
  if (attributesOf(span)[key] !== undefined) span.setAttribute(key, '')
}
