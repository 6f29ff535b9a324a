import type { Counters } from '../counters.ts'
import type { RecentSpans, Trace } from './recent-spans.ts'
import {
  CALL,
  CALL_BELOW,
  COUNTED,
  DEPTH_MAX,
  KIND_BELOW,
  KINDS,
  PASSING,
  SILENT_BELOW,
  type SpanRecord,
  settle,
  USAGE,
  USAGE_BELOW,
} from './span-record.ts'
import { uncover } from './usage-above.ts'

/** Flags on the known ancestors of a span what is at and below it, up to one that has these flags already. */
export function tellAbove(spans: RecentSpans, trace: Trace, span: SpanRecord, counters: Counters): void {
  let added = flagsAbove(span)
  // Parents in a circle are a mistake. The span that closes it gets no parent: a call below itself would not count.
  if (added !== 0 && isAboveItself(spans, trace, span)) span.parentId = undefined
  for (let id = span.parentId; id !== undefined && added !== 0; ) {
    const record: SpanRecord = spans.obtain(trace, id)
    added &= ~record.flags
    if (added === 0) return
    record.flags |= added
    settle(record, counters)
    if ((added & USAGE_BELOW) !== 0) uncover(record, counters)
    if (record.kind !== 'other') added &= PASSING
    // One that was not seen ends later, or never: its parent is not known.
    id = record.parentId
  }
}

function isAboveItself(spans: RecentSpans, trace: Trace, { id, parentId }: SpanRecord): boolean {
  let at = parentId
  for (let depth = 0; at !== undefined && depth < DEPTH_MAX; depth++) {
    if (at === id) return true
    at = spans.obtain(trace, at).parentId
  }
  return false
}

function flagsAbove({ flags, kind }: SpanRecord): number {
  let above = flags & (kind === 'other' ? PASSING | KINDS : PASSING)
  // A span without a session counts nowhere.
  if ((flags & COUNTED) === 0) return above
  if ((flags & CALL) !== 0) {
    above |= CALL_BELOW
    if ((flags & USAGE) === 0) above |= SILENT_BELOW
  }
  if ((flags & USAGE) !== 0) above |= USAGE_BELOW
  return kind === 'other' || kind === 'llm' ? above : above | KIND_BELOW[kind]
}
