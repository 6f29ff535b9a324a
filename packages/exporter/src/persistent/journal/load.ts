import type { QueueContext } from './context.ts'
import { quarantine } from './quarantine.ts'
import { scanSegment } from './scan.ts'
import type { Segment } from './segment.ts'

/** A file that cannot be read for want of something is tried again after this long. */
const PAUSE_MILLIS = 1000
/** And so often when there is another reason. */
const ATTEMPTS = 3
const WANTING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/**
 * Brings a segment's records into memory; what is damaged is dropped and counted. Segments that cannot be read at all
 * count as damaged. Several callers share one reading. Never rejects.
 */
export function load(shared: QueueContext, segment: Segment, isClosed: () => boolean): Promise<void> {
  segment.loading ??= loadNow(shared, segment, isClosed).finally(() => {
    segment.loading = undefined
  })
  return segment.loading
}

async function loadNow(shared: QueueContext, segment: Segment, isClosed: () => boolean): Promise<void> {
  const { accounting: ledger } = shared
  const file = await readFile(shared, segment, isClosed)
  if (file === undefined) return
  const scanned = await scanSegment(file.subarray(0, segment.until), segment.from)
  // It may have been dropped meanwhile.
  if (segment.isGone || segment.left === 0 || segment.entries !== undefined) return
  const { left, spans, bytes, firstSeq, lastSeq, seqs } = segment
  segment.entries = []
  segment.left = 0
  segment.spans = 0
  segment.bytes = 0
  for (const [index, { header, body, offset }] of scanned.records.slice(0, left).entries()) {
    const seq = seqs?.[index] ?? Math.min(firstSeq + index, lastSeq)
    const { spans, rawBytes, packing, storedBytes } = header
    const entry = segment.add({
      seq,
      spans,
      rawBytes,
      packing,
      storedBytes,
      body,
      at: segment.timeOf(header.epoch),
    })
    entry.offset = offset
    entry.isWritten = true
  }
  segment.firstSeq = firstSeq
  segment.lastSeq = lastSeq
  ledger.counters.corrupt += Math.max(0, scanned.corrupt - segment.knownCorrupt)
  segment.knownCorrupt = scanned.corrupt
  const found = { left: segment.left, spans: segment.spans, bytes: segment.bytes }
  Object.assign(segment, { left, spans, bytes })
  ledger.correct(segment, found.left, found.spans, found.bytes)
}

/** An empty file stands for one that cannot be read; undefined where nobody wants it any more. */
async function readFile(
  shared: QueueContext,
  segment: Segment,
  isClosed: () => boolean,
): Promise<Buffer | undefined> {
  const { path } = segment
  if (path === undefined) return undefined
  const file = await readPatiently(shared, path, () => isClosed() || segment.path === undefined)
  if (file === 'unwanted') return undefined
  if (file !== 'gone' && file !== 'unreadable') return file
  shared.accounting.counters.corrupt += 1
  // Never deleted unread.
  if (file === 'unreadable' && segment.path === path) {
    segment.path = undefined
    await quarantine(shared, path)
  }
  return Buffer.alloc(0)
}

/** A file that is not there is `gone`; one that cannot be read after some attempts is `unreadable`. Never rejects. */
export async function readPatiently(
  { system }: QueueContext,
  path: string,
  isUnwanted: () => boolean = () => false,
): Promise<Buffer | 'gone' | 'unreadable' | 'unwanted'> {
  for (let attempt = 1; !isUnwanted(); attempt += 1) {
    try {
      return await system.fs.promises.readFile(path)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (code === 'ENOENT') return 'gone'
      if (attempt >= ATTEMPTS && !WANTING.has(code)) return 'unreadable'
      await system.pause(PAUSE_MILLIS)
    }
  }
  return 'unwanted'
}
