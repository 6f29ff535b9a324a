import type { JournalReader } from '../journal/journal-reader.ts'
import type { Segment } from '../journal/segment.ts'

/** Spans that wait and that no file has yet. */
export function unwrittenOf({ segments }: JournalReader): number {
  let spans = 0
  for (const segment of segments) {
    for (const entry of segment.entries ?? []) {
      if (entry.state !== 'gone' && !entry.isWritten) spans += entry.spans
    }
  }
  return spans
}

/** Whether there is room in memory for a segment that is in a file. The oldest are kept, which are sent first. */
export function mayKeep({ segments }: JournalReader, segment: Segment, keptBytes: number): boolean {
  const kept = segments.filter((one) => one !== segment && one.isSealed && one.entries)
  return kept.reduce((sum, one) => sum + one.bytes, segment.bytes) <= keptBytes
}
