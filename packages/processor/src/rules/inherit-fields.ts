import type { Span } from '@opentelemetry/api'
import { isSameValue, type SessionRecord, type StampedFields } from '@otel-sessions/semconv/internal'
import { fieldsForAnother, mergeFields, type SessionScope } from '../scope/scope.ts'
import type { SessionFields } from '../scope/session-init.ts'
import { stampedFieldsOf } from './stamp.ts'

/**
 * The fields of a span that starts in a scope and below a span of the same session, or of none. The nearest takes
 * precedence: what was set below the parent, then the parent's fields, then those of the scope around both.
 *
 * @param isDecided whether the scope sets the session, and the parent has none
 */
export function inheritFields(
  scope: SessionScope | undefined,
  parent: Span,
  record: SessionRecord,
  isDecided: boolean,
): StampedFields | undefined {
  const { fields } = record
  const ofScope = stampedFieldsOf(scope?.fields)
  if (scope === undefined || fields === undefined) return fields ?? ofScope
  // Mostly the application sets the same on the parent and in the scope. Then the scope's record can be shared.
  if (areSame(fields, ofScope)) return ofScope
  const ofParent = isDecided ? fieldsForAnother(fields) : fields
  const isBelow = scope.below?.span === parent.spanContext().spanId
  if (!isBelow && record.scope !== scope) return overlay(ofParent, scope.fields)
  const nearest = { ...ofScope, ...overlay(ofParent, isBelow ? scope.below?.fields : undefined) }
  return areSame(nearest, fields) ? fields : nearest
}

function areSame(one: StampedFields, other: StampedFields | undefined): boolean {
  if (one === other) return true
  return Object.keys({ ...one, ...other }).every((key) => isSameValue(one[key], other?.[key]))
}

/** The fields of a span that inherits the session of its parent: the parent's, with those that were set below it. */
export function fieldsOfChild(
  scope: SessionScope | undefined,
  parent: Span,
  { fields }: SessionRecord,
): StampedFields | undefined {
  const isBelow = scope?.below !== undefined && scope.below.span === parent.spanContext().spanId
  return isBelow ? overlay(fields, scope.below.fields) : fields
}

const overlay = (around: StampedFields | undefined, inner: SessionFields | undefined) =>
  inner === undefined ? around : stampedFieldsOf(mergeFields(around as SessionFields | undefined, inner))
