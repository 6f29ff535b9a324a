import { scopeOf } from './read.ts'
import type { SdkResource, SdkScope, SdkSpan } from './sdk-span.ts'

/** The spans of one scope. */
export interface ScopeGroup {
  readonly scope: SdkScope | null | undefined
  readonly spans: SdkSpan[]
}

/** The spans of one resource, by scope. */
export interface ResourceGroup {
  readonly resource: SdkResource | null | undefined
  readonly scopes: Map<SdkScope | null | undefined, ScopeGroup>
}

/**
 * Spans by resource and scope, which are told apart by what object they are: an SDK has one of each, and comparing what
 * is in them costs more than repeating them. A span that throws is in none.
 */
export function groupsOf(spans: readonly SdkSpan[]): Iterable<ResourceGroup> {
  const groups = new Map<SdkResource | null | undefined, ResourceGroup>()
  for (const span of spans) {
    try {
      const { resource } = span
      const scope = scopeOf(span)
      const ofResource = groups.get(resource) ?? { resource, scopes: new Map() }
      groups.set(resource, ofResource)
      const ofScope = ofResource.scopes.get(scope)
      if (ofScope === undefined) ofResource.scopes.set(scope, { scope, spans: [span] })
      else ofScope.spans.push(span)
    } catch {
      // It is counted by its absence.
    }
  }
  return groups.values()
}
