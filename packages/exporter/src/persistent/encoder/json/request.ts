import type { ExportableSpan } from '../../../span-types.ts'
import type { Encoded } from '../codec.ts'
import { groupsOf, type ResourceGroup, type ScopeGroup } from '../span/groups.ts'
import { Nesting } from '../span/nesting.ts'
import { countOf, textOf } from '../span/read.ts'
import { sdkSpanOf } from '../span/sdk-span.ts'
import { keyValues } from './any-value.ts'
import { spanObject } from './span.ts'
import { wellFormed } from './well-formed.ts'

/** Spans as an ExportTraceServiceRequest in JSON, without those that throw. */
export function writeJsonRequest(spans: readonly ExportableSpan[]): Encoded | undefined {
  const nesting = new Nesting()
  let written = 0

  /** What the function returns, in a list; nothing if it throws, or if it has no span. */
  function unlessItThrows<T>(make: () => T): T[] {
    const before = written
    try {
      const made = make()
      if (written > before) return [made]
    } catch {
      nesting.reset()
      written = before
    }
    return []
  }

  const resourceObject = ({ resource, scopes }: ResourceGroup): object => ({
    resource: { attributes: keyValues(resource?.attributes, nesting), droppedAttributesCount: 0 },
    scopeSpans: Array.from(scopes.values()).flatMap((group) => unlessItThrows(() => scopeObject(group))),
    schemaUrl: textOf(resource?.schemaUrl) || undefined,
  })

  const scopeObject = ({ scope, spans }: ScopeGroup): object => ({
    scope: {
      name: textOf(scope?.name),
      version: textOf(scope?.version) || undefined,
      ...attributesOf(scope, nesting),
    },
    spans: spans.flatMap((span) =>
      unlessItThrows(() => {
        const object = spanObject(span, nesting)
        written++
        return object
      }),
    ),
    schemaUrl: textOf(scope?.schemaUrl) || undefined,
  })

  try {
    const groups = Array.from(groupsOf(spans.map(sdkSpanOf)))
    const resourceSpans = groups.flatMap((group) => unlessItThrows(() => resourceObject(group)))
    if (written === 0) return undefined
    return { body: Buffer.from(wellFormed(JSON.stringify({ resourceSpans }))), spans: written }
  } catch {
    // It is longer than a string can be.
    return undefined
  }
}

/** Of a scope, which has none as a rule. */
function attributesOf(scope: ScopeGroup['scope'], nesting: Nesting): object {
  const attributes = keyValues(scope?.attributes, nesting)
  if (attributes.length === 0) return {}
  return { attributes, droppedAttributesCount: countOf(scope?.droppedAttributesCount) }
}
