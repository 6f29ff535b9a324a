import type { Dress } from './dialects.ts'
import type { GateChanges } from './gate.ts'
import type { ExportableSpan } from './span-types.ts'
import { changedAttributes, viewOf } from './span-view.ts'

/**
 * The span as it is shipped: with what the gate changes (nothing, if undefined), then with what the dialects add
 * to that. The span itself where both are nothing.
 *
 * @param isAbsence the application stated that the span has no session
 */
export function shippedSpan<S extends ExportableSpan>(
  span: S,
  changes: GateChanges | undefined,
  isAbsence: boolean,
  dress: Dress | undefined,
): S {
  const { attributes } = span
  const changed = changes === undefined ? undefined : changedAttributes(attributes, changes)
  const shipped = dress?.(changed ?? attributes, isAbsence) ?? changed
  return shipped === undefined ? span : viewOf(span, shipped)
}
