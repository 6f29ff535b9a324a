import type { QueueContext } from './context.ts'
import { readPatiently } from './load.ts'
import { scanSegment } from './scan.ts'
import { Segment } from './segment.ts'

/** What is in a file that this process has not written, or not for its queue. */
export interface Summary {
  readonly segment: Segment
  readonly corrupt: number
  readonly corruptSpans: number
  readonly isTorn: boolean
  /** At least one record needs a Node that can read zstd. */
  readonly hasZstd: boolean
}

/**
 * Reads a segment's file for its sums; the bodies are read again when it is their turn. A file that is gone counts
 * as empty.
 *
 * @param isFresh the records count as if they had been appended now
 */
export async function summarize(
  shared: QueueContext,
  number: number,
  path: string,
  from: number,
  isFresh = false,
): Promise<Summary | 'unreadable'> {
  const { system, accounting: ledger } = shared
  const read = await readPatiently(shared, path)
  if (read === 'unreadable') return read
  const file = typeof read === 'string' ? Buffer.alloc(0) : read
  const { records, corrupt, corruptSpans, isTorn } = await scanSegment(file, from)
  const latest = system.now()
  const shift = isFresh ? Number.NEGATIVE_INFINITY : system.wall() - latest
  const segment = new Segment(number, records[0]?.header.format ?? 'protobuf', path, { shift, latest })
  segment.isSealed = true
  segment.from = from
  segment.size = file.length
  segment.knownCorrupt = corrupt
  segment.left = records.length
  segment.firstSeq = ledger.number(records.length)
  segment.lastSeq = segment.firstSeq + records.length - 1
  let hasZstd = false
  for (const { header } of records) {
    segment.spans += header.spans
    segment.bytes += header.rawBytes
    segment.oldest = Math.min(segment.oldest, segment.timeOf(header.epoch))
    if (header.packing === 'zstd') hasZstd = true
  }
  return { segment, corrupt, corruptSpans, isTorn, hasZstd }
}
