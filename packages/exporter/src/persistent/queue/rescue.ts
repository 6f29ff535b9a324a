import type { QueueContext } from '../journal/context.ts'
import { RECORD_HEADER_BYTES } from '../journal/format.ts'
import type { JournalReader } from '../journal/journal-reader.ts'
import type { JournalEntry, NewEntry, Segment } from '../journal/segment.ts'
import type { MemoryQueue } from './memory-queue.ts'

/** So much goes from memory to a disk that works again before other work gets its turn. */
const RESCUED_AT_ONCE_BYTES = 1024 * 1024

/** Gives records that no file has to the part of the store that is read first, and that has a limit of its own. */
export function toMemory(
  shared: QueueContext,
  source: JournalReader,
  memory: MemoryQueue,
  entries: readonly JournalEntry[],
): void {
  const segments = new Set<Segment>()
  for (const entry of entries) {
    // What is taken out stays where it is until it comes back.
    if (entry.state !== 'waiting') continue
    const { segment } = entry
    const copy: NewEntry = { ...entry }
    shared.accounting.moved(entry)
    // The file may have it in the end, though nobody can be sure: it is not to be read twice.
    if (entry.offset !== -1) segment.until = Math.min(segment.until, entry.offset)
    segments.add(segment)
    memory.add(copy, segment.format)
  }
  for (const segment of segments) segment.cut()
  source.tidy()
}

/** Records of a journal that no file has, or is about to have. */
export const unpersisted = (source: JournalReader): JournalEntry[] =>
  source.segments
    .filter((segment) => segment.file === undefined && !segment.isPurged)
    .flatMap((segment) => segment.entries ?? [])
    .filter((entry) => entry.state === 'waiting' && (!entry.isWritten || entry.segment.path === undefined))

/** Gives some of what only memory has to the journal, the oldest first. False when there is nothing left, or no room. */
export function rescueSome(
  shared: QueueContext,
  memory: MemoryQueue,
  append: (record: NewEntry) => boolean,
): boolean {
  const { accounting: ledger, settings } = shared
  let bytes = 0
  let isMore = true
  for (const segment of memory.reader.segments) {
    if (segment.format !== settings.format) continue
    for (const entry of segment.entries ?? []) {
      if (entry.state !== 'waiting') continue
      const needed = RECORD_HEADER_BYTES + entry.storedBytes
      isMore = bytes < RESCUED_AT_ONCE_BYTES
      if (!isMore || ledger.diskBytes + needed > settings.maxBytes) break
      // A write that fails at once brings its copy back here, and may have to make room for it: not with this one.
      segment.taken += 1
      const isAppended = append({ ...entry })
      segment.taken -= 1
      if (!isAppended) break
      bytes += needed
      ledger.moved(entry)
    }
    if (!isMore) break
    if (segment.left === 0) segment.isSealed = true
  }
  memory.reader.tidy()
  return !isMore
}
