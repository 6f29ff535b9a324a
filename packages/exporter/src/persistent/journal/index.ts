/**
 * A journal is a folder of segments, which are files of records, and a checkpoint, which marks how far they are acked.
 *
 * - `segment/`: a segment, which alone changes itself and its entries, and its file: the bytes, and reading them in spite
 *   of damage
 * - `journal-reader.ts`: the segments of a journal in order, what is leased of them, and deleting finished files
 * - `writer.ts`: writing records off the event loop, or within a call
 * - `quarantine.ts`: where files stay that cannot be read
 * - `held-file.ts`: files of spans that are not queued yet
 * - `folder-names.ts`: forcing the names of files to the disk
 * - `regular-file.ts`: opening files without following links or waiting
 * - `checkpoint.ts`: the file `cursor`
 * - `disk.ts`: how many calls of the file system run at once, and whether they hang
 * - `accounting.ts`, `context.ts`: the sums, settings and machine that all parts of a queue share
 *
 * The queue and ownership call this folder; it calls neither.
 *
 * @module
 */
export { Accounting } from './accounting.ts'
export { CHECKPOINT_NAME, Checkpoint, readCheckpoint } from './checkpoint.ts'
export {
  type Identity,
  machine,
  type QueueContext,
  type QueueSettings,
  type System,
  Tasks,
} from './context.ts'
export { Disk } from './disk.ts'
export { NewNames, syncFolder, syncFolderNow } from './folder-names.ts'
export {
  type HeldPlace,
  heldNumberOf,
  heldPath,
  releaseBody,
  restoreHeld,
  UNFINISHED_HELD_NAME,
} from './held-file.ts'
export { JournalReader, type LeasedRange, type LeaseLimits } from './journal-reader.ts'
export { makeFolder, purgeQuarantine, quarantine } from './quarantine.ts'
export { openRegular, readAt } from './regular-file.ts'
export { SegmentFile, Syncer } from './segment/file.ts'
export {
  decompress,
  MAX_RECORD_BYTES,
  MAX_SEGMENT_BYTES,
  numberOf,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentHeader,
  segmentOf,
  segmentPath,
} from './segment/format.ts'
export { findSegment } from './segment/load.ts'
export { fileSegment, memorySegment } from './segment/owned-segment.ts'
export type { JournalEntry, NewEntry, Segment } from './segment/types.ts'
export { type WritableEntry, type WritableSegment, Writer } from './writer.ts'
