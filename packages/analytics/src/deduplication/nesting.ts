import type { RecentSpans, Trace } from './recent-spans.ts'
import { CALL_BELOW, KIND_BELOW, KINDS, PASSING, SEEN, type SpanRecord, USAGE_BELOW } from './span-record.ts'

/** Returns what the spans above get to know of a span: its own flags, and those from below that pass through it. */
export const flagsAbove = ({ flags, kind }: SpanRecord, own: number): number =>
  own | (flags & (kind === 'other' ? PASSING | KINDS : PASSING))

/** Tells a span and its known ancestors what is below them, up to one that knows. */
export function tellAbove(spans: RecentSpans, trace: Trace, parentId: string, flags: number): void {
  let added = flags
  for (let id: string | undefined = parentId; id !== undefined; ) {
    const record: SpanRecord = spans.obtain(trace, id)
    added &= ~record.flags
    if (added === 0) return
    record.flags |= added
    // One that was not seen ends later, or never.
    if ((record.flags & SEEN) === 0) return
    settle(record)
    if (record.kind !== 'other') added &= PASSING
    id = record.parentId
  }
}

/** Takes back what a span contributed and is reported below it. */
function settle(record: SpanRecord): void {
  const { flags, kind, kindOf, contribution } = record
  if (kindOf !== undefined && kind !== 'llm' && kind !== 'other' && (flags & KIND_BELOW[kind]) !== 0) {
    kindOf[kind]--
    record.kindOf = undefined
  }
  contribution?.settle(
    contribution.isCall && (flags & CALL_BELOW) === 0,
    contribution.isUsage && (flags & USAGE_BELOW) === 0,
  )
}
