import type { QueueContext } from './context.ts'
import type { Segment } from './segment.ts'
import type { Tasks } from './tasks.ts'

/** Deletes the file of a segment that nobody needs any more. A file that cannot be deleted is found again, and settled. */
export function deleteSegment(
  { system, accounting: ledger }: QueueContext,
  segment: Segment,
  deleting: Tasks,
): void {
  if (segment.isGone) return
  segment.isGone = true
  ledger.diskBytes -= segment.size
  if (segment.path !== undefined) deleting.add(system.fs.promises.unlink(segment.path))
  segment.path = undefined
}
