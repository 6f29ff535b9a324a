import type { Segment } from './segment.ts'
import type { Source } from './source.ts'

/** Spans that wait and that no file has yet. */
export function unwrittenOf({ segments }: Source): number {
  let spans = 0
  for (const segment of segments) {
    for (const entry of segment.entries ?? []) {
      if (entry.state !== 'gone' && !entry.isWritten) spans += entry.spans
    }
  }
  return spans
}

/** Whether there is room in memory for a segment that is in a file. The oldest are kept, which are sent first. */
export function mayKeep({ segments }: Source, segment: Segment, keptBytes: number): boolean {
  const kept = segments.filter((one) => one !== segment && one.isSealed && one.entries)
  return kept.reduce((sum, one) => sum + one.bytes, segment.bytes) <= keptBytes
}
