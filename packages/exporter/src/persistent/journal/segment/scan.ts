import type { FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { readAt } from '../regular-file.ts'
import {
  MAX_RECORD_BYTES,
  MAX_SEGMENT_BYTES,
  RECORD_HEADER_BYTES,
  RECORD_MAGIC,
  type RecordHeader,
  readRecordHeader,
  SEGMENT_HEADER_BYTES,
} from './format.ts'

/** A whole record of a file. */
export interface ScannedRecord {
  readonly header: RecordHeader
  /** Of its header in the file. */
  readonly offset: number
  /** A view of the file's bytes; undefined where only the sums are needed. */
  readonly body: Buffer | undefined
}

/** What a segment's file contains. */
export interface ScannedSegment {
  readonly records: readonly ScannedRecord[]
  /** Of the file, as far as it was looked at. */
  readonly fileBytes: number
  /** How many places are damaged: records with a damaged body, and bytes that belong to no record. */
  readonly corrupt: number
  /** Spans of the damaged records whose headers can be read. */
  readonly corruptSpans: number
  /** Whether a part was never written: the file ends within a record, or before the checkpoint, or has zeros. */
  readonly isTorn: boolean
}

/** Bytes checked before yielding to other work: some two milliseconds. */
const YIELD_BYTES = 2 * 1024 * 1024
/** Records are looked for in so much of a file, twice what is ever written. Only the last one may be longer. */
const HEAD_BYTES = 2 * MAX_SEGMENT_BYTES

/** What to read of a file. */
export interface ScanRange {
  /** The offset of the first record. */
  readonly from: number
  /** The end of the file, or an offset before it. */
  readonly size: number
  /** Whether the bodies are needed, and not only their sums. */
  readonly keepsBodies: boolean
}

/**
 * Finds the records of a segment. After damage it searches for the next record. Zeros are where a write did not
 * complete: the process was killed, or the power was lost. Whatever size a file or a header claims, no more than a
 * segment and one record are in memory.
 */
export async function scanSegment(handle: FileHandle, range: ScanRange): Promise<ScannedSegment> {
  const { from, size, keepsBodies } = range
  const head = await readAt(handle, 0, Math.min(size, HEAD_BYTES))
  const fileEnd = head.length < HEAD_BYTES ? head.length : size
  const records: ScannedRecord[] = []
  const sums = new Sums()
  let corrupt = 0
  let corruptSpans = 0
  let seen = head.length
  let isTorn = (fileEnd > 0 && fileEnd < SEGMENT_HEADER_BYTES) || fileEnd < from
  let offset = Math.max(from, SEGMENT_HEADER_BYTES)
  while (offset < head.length) {
    const header = readRecordHeader(head, offset)
    if (header === undefined) {
      const next = nextRecord(head, offset + 1)
      const isCutOff = next === fileEnd && fileEnd - offset < RECORD_HEADER_BYTES
      if (isCutOff || isZero(head.subarray(offset, next))) isTorn = true
      else corrupt += 1
      offset = next === head.length ? fileEnd : next
      continue
    }
    const start = offset + RECORD_HEADER_BYTES
    const end = start + header.storedBytes
    if (end > fileEnd) {
      isTorn = true
      break
    }
    seen = Math.max(seen, end)
    offset = end
    if (end > head.length && header.storedBytes > MAX_RECORD_BYTES) {
      corrupt += 1
      corruptSpans += header.spans
      continue
    }
    let body: Buffer | undefined
    if (end <= head.length) body = head.subarray(start, end)
    else if (keepsBodies) body = await readAt(handle, start, header.storedBytes)
    const crc = body ? await sums.ofBuffer(body) : await sums.ofFile(handle, start, end)
    if (crc === header.crc) records.push({ header, offset: start - RECORD_HEADER_BYTES, body })
    else {
      corrupt += 1
      corruptSpans += header.spans
    }
  }
  // We write nothing behind so long a segment.
  if (offset < fileEnd && !isTorn) corrupt += 1
  return { records, fileBytes: Math.min(fileEnd, seen), corrupt, corruptSpans, isTorn }
}

/** Checksums of bodies, with pauses for other work. */
class Sums {
  #sinceYield = 0

  async ofBuffer(body: Buffer): Promise<number> {
    let sum = 0
    for (let at = 0; at < body.length; at += YIELD_BYTES) {
      sum = await this.#add(body.subarray(at, at + YIELD_BYTES), sum)
    }
    return sum
  }

  async ofFile(handle: FileHandle, start: number, end: number): Promise<number> {
    let sum = 0
    for (let at = start; at < end; at += YIELD_BYTES) {
      sum = await this.#add(await readAt(handle, at, Math.min(YIELD_BYTES, end - at)), sum)
    }
    return sum
  }

  async #add(piece: Buffer, before: number): Promise<number> {
    const sum = crc32(piece, before)
    this.#sinceYield += piece.length
    if (this.#sinceYield >= YIELD_BYTES) {
      this.#sinceYield = 0
      await setImmediate()
    }
    return sum
  }
}

/** Where the next readable header starts, or the end of the file. */
function nextRecord(file: Buffer, from: number): number {
  let at = file.indexOf(RECORD_MAGIC, from)
  while (at !== -1 && readRecordHeader(file, at) === undefined) at = file.indexOf(RECORD_MAGIC, at + 1)
  return at === -1 ? file.length : at
}

const ZEROS = Buffer.alloc(64 * 1024)

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length)
    if (!piece.equals(ZEROS.subarray(0, piece.length))) return false
  }
  return true
}
