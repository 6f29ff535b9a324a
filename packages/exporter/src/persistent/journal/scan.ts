import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import {
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
  /** A view of the file's bytes. */
  readonly body: Buffer
}

/** What a segment's file contains. */
export interface ScannedSegment {
  readonly records: readonly ScannedRecord[]
  /** Of the file. */
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

/**
 * Finds the records of a segment from an offset on. After damage it searches for the next record. Zeros are where a
 * write did not complete: the process was killed, or the power was lost.
 */
export async function scanSegment(file: Buffer, from: number): Promise<ScannedSegment> {
  const records: ScannedRecord[] = []
  let corrupt = 0
  let corruptSpans = 0
  let isTorn = false
  let sinceYield = 0
  const isWhole = async (body: Buffer, crc: number) => {
    let sum = 0
    for (let at = 0; at < body.length; at += YIELD_BYTES) {
      const piece = body.subarray(at, at + YIELD_BYTES)
      sum = crc32(piece, sum)
      sinceYield += piece.length
      if (sinceYield < YIELD_BYTES) continue
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
      const isCutOff = next === file.length && file.length - offset < RECORD_HEADER_BYTES
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
  return { records, fileBytes: file.length, corrupt, corruptSpans, isTorn }
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
