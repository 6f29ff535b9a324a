import {
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import {
  fieldsFromBelow,
  isPlaceholder,
  isTooLongToRead,
  mergeLateMetadata,
  noteOnTrace,
  type ResolvedSession,
  readAlias,
  resolveSession,
  type SessionRecord,
} from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import type { Counters } from '../stats.ts'
import { belongsToOneSpan, isDecided } from './make-record.ts'
import { propagateToAncestors } from './propagate.ts'
import {
  type EndedSpan,
  reportLongMetadata,
  type StampableSpan,
  setAttribute,
  stampFields,
  stampId,
} from './stamp.ts'

/**
 * A short cut for nearly every span outside scopes: resolves a span without an explicit session on which nothing was
 * written late.
 *
 * @returns false if the late rules may find something; then nothing was done
 */
export function resolveUnchanged(attributes: ReadableAttributes, record: SessionRecord): boolean {
  const { id, settings } = record
  const { from, fields, below, fromChildren } = record
  if ((from ?? fields ?? below ?? attributes[ATTR_METADATA]) !== undefined) return false
  if (attributes[ATTR_SESSION_ID] !== id || (id ?? fromChildren ?? settings.defaultId) !== id) return false
  const alias = readAlias(attributes, settings.aliases, settings.rule, undefined, record.aliasRank)
  if (alias !== undefined && alias.id !== id) return false
  record.resolution = 'kept'
  record.resolvedId = id
  return true
}

/** Applies the late rules where the SDK lets a processor write before a span ends. */
export function resolveOpenSpan(span: StampableSpan, record: SessionRecord, counters: Counters): void {
  const { id, how, overwrittenId } = resolveEndedSpan(span, record, counters)
  if (how !== 'not-kept' && id !== undefined && span.attributes[ATTR_SESSION_ID] !== id) {
    stampId(span, record, id)
  }
  if (overwrittenId !== undefined) setAttribute(span, ATTR_OVERWRITTEN_ID, overwrittenId)
  if (record.below !== undefined) {
    record.below = fieldsFromBelow(span.attributes, record, id)
    stampFields(span, record, record.below)
  }
  const metadata = mergeLateMetadata(span.attributes, record)
  if (metadata === null) {
    reportLongMetadata()
  } else if (metadata !== undefined) {
    counters.late.metadataMerged++
    setAttribute(span, ATTR_METADATA, metadata)
  }
}

/** Applies the late rules where the SDK has no `onEnding`. The exporter writes the result, because a span cannot. */
export function resolveEndedSpan(
  { attributes }: EndedSpan,
  record: SessionRecord,
  counters: Counters,
): ResolvedSession {
  const resolved = resolveSession(attributes, record)
  count(resolved, attributes, record, counters)
  noteResolution(record, resolved)
  return resolved
}

function count(
  { how }: ResolvedSession,
  attributes: ReadableAttributes,
  record: SessionRecord,
  counters: Counters,
): void {
  if (!isDecided(record) && isTooLongToRead(attributes[ATTR_METADATA])) {
    report('metadata:not-read', () => {
      return 'metadata of more than 32 kB is not searched for an alias'
    })
  }
  if (how !== 'kept' && how !== 'not-kept') counters.late[how]++
}

/** Notes the session at the span's end, and propagates it to unassigned spans above and to the trace. */
function noteResolution(record: SessionRecord, { id, how, aliasRank }: ResolvedSession): void {
  if (!belongsToOneSpan(record)) {
    // A shared record. Only a write that `onOverwrite: 'accept'` leaves is news.
    if (how === 'accepted') noteOnTrace(record.trace, id)
    return
  }
  record.resolution = how
  record.resolvedId = id
  record.aliasRank = aliasRank
  // The default session is not noted: the trace may contain another one.
  if (id === undefined || how === 'kept' || how === 'defaulted') return
  noteOnTrace(record.trace, id)
  // Ancestors infer no placeholder, though the span itself keeps it; an explicit ID may be one.
  const canPropagate = record.own || !isPlaceholder(id)
  if (how !== 'fromChildren' && canPropagate) propagateToAncestors(id, record.fields, record.parent)
}
