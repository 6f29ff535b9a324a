import type { QueueContext } from './context.ts'
import { SEGMENT_HEADER_BYTES, segmentHeader } from './format.ts'
import { Segment } from './segment.ts'
import { SegmentFile } from './segment-file.ts'

/** A new segment with an open file that has its header. Throws what the file system throws. */
export function openSegment(
  { system, settings, tasks }: QueueContext,
  number: number,
  path: string,
): Segment {
  const fd = system.fs.openSync(path, 'wx', 0o600)
  const file = new SegmentFile(system.fs, fd, SEGMENT_HEADER_BYTES)
  try {
    system.fs.writeSync(fd, segmentHeader(settings.format), 0, SEGMENT_HEADER_BYTES, 0)
  } catch (error) {
    tasks.add(file.finish().then(() => system.fs.promises.unlink(path)))
    throw error
  }
  const times = { shift: system.wall() - system.now(), latest: Number.POSITIVE_INFINITY }
  const segment = new Segment(number, settings.format, path, times)
  segment.file = file
  return segment
}
