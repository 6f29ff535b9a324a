import type { Span } from '@opentelemetry/api'
import { isSameValue, type SessionRecord, type StampedFields } from '@otel-sessions/semconv/internal'
import { nestFields, type SessionScope } from '../scope/scope.ts'
import type { SessionFields } from '../scope/session-init.ts'
import { fieldsOf, stampedFieldsOf } from './stamp.ts'

/** The last result by the parent's fields: mostly its children start in one scope. */
const lastInherited = new WeakMap<
  StampedFields,
  { readonly scope: SessionScope; readonly how: string; readonly fields: StampedFields | undefined }
>()

/**
 * The fields of a span that starts in a scope and below a span of the same session, or of none. The nearest takes
 * precedence: what was set below the parent, then the parent's fields, then those of the scope around both.
 *
 * @param parentId the ID of the parent
 * @param isDecided whether the scope sets the session, and the parent has none
 */
export function inheritFields(
  scope: SessionScope,
  parentId: string,
  parent: SessionRecord,
  isDecided: boolean,
): StampedFields | undefined {
  const { fields } = parent
  const ofScope = stampedFieldsOf(scope.fields)
  if (fields === undefined || fields === ofScope) return ofScope
  const place = parent.scope === scope ? 'inside' : scope.below?.span === parentId ? 'above' : 'elsewhere'
  const how = `${place} ${isDecided}`
  const last = lastInherited.get(fields)
  if (last?.scope === scope && last.how === how) return last.fields
  const merged = mergeFields(scope, fields, place, isDecided)
  // Mostly the application sets the same on the parent and in the scope. Then the scope's record can be shared.
  const inherited = areSame(merged, ofScope) ? ofScope : merged
  lastInherited.set(fields, { scope, how, fields: inherited })
  return inherited
}

function areSame(one: StampedFields | undefined, other: StampedFields | undefined): boolean {
  if (one?.entries.length !== other?.entries.length) return false
  const values = new Map(other?.entries)
  return one?.entries.every(([key, value]) => isSameValue(values.get(key), value)) !== false
}

/** @param place where the parent is: it started inside the scope, or the scope was entered below it */
function mergeFields(
  scope: SessionScope,
  fields: StampedFields,
  place: 'inside' | 'above' | 'elsewhere',
  isDecided: boolean,
): StampedFields | undefined {
  const ofScope = stampedFieldsOf(scope.fields)?.entries ?? []
  const keys = new Set(fields.entries.map(([key]) => key))
  if (place === 'inside' && ofScope.every(([key]) => keys.has(key))) return fields
  const around = fieldsOf(fields)
  const ofParent = isDecided ? { ...around, conversationId: undefined } : around
  if (place === 'elsewhere') return stampedFieldsOf(overlay(ofParent, scope.fields))
  const nearest = place === 'above' ? overlay(ofParent, scope.below?.fields) : ofParent
  return stampedFieldsOf(fill(nearest, scope.fields))
}

/** The fields of a span that inherits the session of its parent: the parent's, with those that were set below it. */
export function fieldsOfChild(
  scope: SessionScope | undefined,
  parent: Span,
  { fields }: SessionRecord,
): StampedFields | undefined {
  if (scope?.below?.fields === undefined || scope.below.span !== parent.spanContext().spanId) return fields
  return stampedFieldsOf(overlay(fields && fieldsOf(fields), scope.below.fields))
}

const overlay = (around: SessionFields | undefined, inner: SessionFields | undefined) =>
  nestFields({ kind: 'fields', id: undefined, fields: inner }, around, undefined)

function fill(fields: SessionFields | undefined, by: SessionFields | undefined): SessionFields | undefined {
  if (fields === undefined || by === undefined) return fields ?? by
  const set = Object.entries(fields).filter(([, value]) => value !== undefined)
  return { ...by, ...Object.fromEntries(set) }
}
