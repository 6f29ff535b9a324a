import {
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  type ReadableAttributes,
} from '@otel-sessions/semconv'
import {
  isPlaceholder,
  isTooLongToRead,
  mergeLateMetadata,
  type ResolvedSession,
  readAlias,
  resolveSession,
  type SessionRecord,
  TOO_LONG,
} from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import type { Counters } from '../stats.ts'
import { noteTraceSession, propagateToAncestors } from './propagate.ts'
import { belongsToOneSpan, hasExplicitOrCleared } from './record.ts'
import { type EndedSpan, type StampableSpan, setAttribute, stampId } from './stamp.ts'

/**
 * The short way for a span without a statement on which nothing came late, as for nearly every span outside of
 * a scope: settled, and nothing to write. Where it may be otherwise it does nothing, and says so.
 */
export function resolveUnchanged(attributes: ReadableAttributes, record: SessionRecord): boolean {
  const { id, settings } = record
  if (record.from !== undefined || record.fields !== undefined || typeof record.fromChildren === 'string')
    return false
  if (attributes[ATTR_SESSION_ID] !== id || attributes[ATTR_METADATA] !== undefined) return false
  if (id === undefined && settings.defaultId !== undefined) return false
  const alias = readAlias(attributes, settings.aliases, settings.rule, undefined, false)
  if (alias !== undefined && alias.id !== id) return false
  record.resolution = 'kept'
  record.resolvedId = id
  return true
}

/** The late rules where the SDK lets a processor write before a span has ended. */
export function resolveOpenSpan(span: StampableSpan, record: SessionRecord, counters: Counters): void {
  const late = resolveSession(span.attributes, record)
  count(late, span.attributes, record, counters)
  if (late.how !== 'not-kept' && late.id !== undefined && span.attributes[ATTR_SESSION_ID] !== late.id) {
    stampId(span, record, late.id)
  }
  if (late.overwrittenId !== undefined) setAttribute(span, ATTR_OVERWRITTEN_ID, late.overwrittenId)
  const metadata = mergeLateMetadata(span.attributes, record)
  if (metadata === TOO_LONG) {
    report(
      'metadata:too-long',
      () => 'metadata is not merged with what replaced it: the two have more than 4 kB',
    )
  } else if (metadata !== undefined) {
    counters.metadataMerged++
    setAttribute(span, ATTR_METADATA, metadata)
  }
  noteResolution(record, late)
}

/** The same for an SDK without `onEnding`: the span cannot be written any more, so the gate will. */
export function resolveEndedSpan(span: EndedSpan, record: SessionRecord, counters: Counters): void {
  const late = resolveSession(span.attributes, record)
  count(late, span.attributes, record, counters)
  noteResolution(record, late)
}

function count(
  late: ResolvedSession,
  attributes: ReadableAttributes,
  record: SessionRecord,
  counters: Counters,
): void {
  if (!hasExplicitOrCleared(record) && isTooLongToRead(attributes[ATTR_METADATA])) {
    report('metadata:not-read', () => 'no alias is looked for in a metadata attribute of more than 32 kB')
  }
  if (late.how !== 'kept' && late.how !== 'not-kept') counters[late.how]++
}

/** Tells the bare spans above, and the trace, what came late; shared records have nobody to tell. */
function noteResolution(record: SessionRecord, late: ResolvedSession): void {
  if (!belongsToOneSpan(record)) {
    // A shared record, with a write that `onOverwrite` lets stand.
    if (late.how === 'accepted' && late.id !== undefined) noteTraceSession(late.id, record.trace)
    return
  }
  record.resolution = late.how
  record.resolvedId = late.id
  // The process's session is nobody's word: the trace may show another one yet.
  if (late.id === undefined || late.how === 'kept' || late.how === 'default') return
  noteTraceSession(late.id, record.trace)
  // A placeholder is nobody's hint, though the span itself ships it; a statement may be one.
  const isHint = record.own || !isPlaceholder(late.id)
  if (late.how !== 'from-children' && isHint) propagateToAncestors(late.id, record.parent)
}

/** The span has its record: where it has no statement, its trace counts it as open. */
export function openRecord(record: SessionRecord): void {
  const { trace } = record
  if (trace === undefined || hasExplicitOrCleared(record)) return
  trace.open++
  if (trace.root === null) trace.root = record
}

/** The span has ended: it learns nothing more, and keeps no other span's record alive. */
export function closeRecord(record: SessionRecord): void {
  const { trace } = record
  if (trace !== undefined && trace.root === record) trace.root = undefined
  if (!belongsToOneSpan(record) || !record.open) return
  record.open = false
  record.endedAfter = record.settings.flush.count
  record.parent = undefined
  if (trace !== undefined && !hasExplicitOrCleared(record)) trace.open--
}
