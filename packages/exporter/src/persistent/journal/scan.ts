import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import {
  RECORD_HEADER_BYTES,
  RECORD_MAGIC,
  type RecordHeader,
  readRecordHeader,
  SEGMENT_HEADER_BYTES,
} from './format.ts'

/** A whole record in a file. */
interface Found {
  readonly header: RecordHeader
  readonly offset: number
  /** A view of the file's bytes. */
  readonly body: Buffer
}

/** What a segment file contains. */
export interface Scanned {
  readonly records: readonly Found[]
  /** Damaged places: a record whose body is damaged, or bytes that belong to no record. */
  readonly corrupt: number
  /** Spans of the damaged records whose headers can be read. */
  readonly corruptSpans: number
  /** Something of the file was never written: it ends in the middle of a record, or before the cursor, or has zeros. */
  readonly isTorn: boolean
}

/** How much is checked before other work gets its turn: some two milliseconds. */
const BYTES_AT_ONCE = 2 * 1024 * 1024

/**
 * Reads a segment from an offset on. Whatever is damaged is stepped over: the next record is searched for. Zeros are
 * no damage, but where a write never came to its end: the process was killed, or the power was lost.
 */
export async function scanSegment(file: Buffer, from: number): Promise<Scanned> {
  const records: Found[] = []
  let corrupt = 0
  let corruptSpans = 0
  let isTorn = false
  let sinceYield = 0
  const isWhole = async (body: Buffer, crc: number) => {
    let sum = 0
    for (let at = 0; at < body.length; at += BYTES_AT_ONCE) {
      const piece = body.subarray(at, at + BYTES_AT_ONCE)
      sum = crc32(piece, sum)
      sinceYield += piece.length
      if (sinceYield < BYTES_AT_ONCE) continue
      sinceYield = 0
      await setImmediate()
    }
    return sum === crc
  }

  let offset = Math.max(from, SEGMENT_HEADER_BYTES)
  if ((file.length > 0 && file.length < SEGMENT_HEADER_BYTES) || file.length < from) isTorn = true
  while (offset < file.length) {
    const header = readRecordHeader(file, offset)
    if (header === undefined) {
      const next = nextRecord(file, offset + 1)
      const isEnd = next === file.length
      const isCutOff = isEnd && file.length - offset < RECORD_HEADER_BYTES
      if (isCutOff || isZero(file.subarray(offset, next))) isTorn = true
      else corrupt += 1
      offset = next
      continue
    }
    const end = offset + RECORD_HEADER_BYTES + header.storedBytes
    if (end > file.length) {
      isTorn = true
      break
    }
    const body = file.subarray(offset + RECORD_HEADER_BYTES, end)
    if (await isWhole(body, header.crc)) records.push({ header, offset, body })
    else {
      corrupt += 1
      corruptSpans += header.spans
    }
    offset = end
  }
  return { records, corrupt, corruptSpans, isTorn }
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
