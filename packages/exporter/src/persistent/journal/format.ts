import { crc32 } from 'node:zlib'
import type { BodyFormat } from '../encoder/codec.ts'

/** How a body stands in a record. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** Bytes before the first record of a segment. */
export const SEGMENT_HEADER_BYTES = 16
/** Bytes before a record's body. */
export const RECORD_HEADER_BYTES = 36

const SEGMENT_MAGIC = Buffer.from('OSsg', 'latin1')
/** What every record starts with; its first byte is none that text has. */
export const RECORD_MAGIC = Buffer.from('\xa5OSr', 'latin1')
const VERSION = 1
const PACKINGS: readonly Compression[] = ['none', 'gzip', 'zstd']
const PACKING_BITS = 0x0f
const JSON_BIT = 0x10

/** What a record says of its body. */
export interface RecordHeader {
  readonly format: BodyFormat
  readonly packing: Compression
  /** Bytes of the body as it stands in the file. */
  readonly storedBytes: number
  /** Bytes of the body when it is unpacked. */
  readonly rawBytes: number
  readonly spans: number
  /** Milliseconds since 1970. */
  readonly epoch: number
  readonly crc: number
}

/** The start of a segment file: magic, version, format, checksum. */
export function segmentHeader(format: BodyFormat): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  SEGMENT_MAGIC.copy(header)
  header[4] = VERSION
  header[5] = format === 'json' ? 1 : 0
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12)
  return header
}

/**
 * The start of a record. Its own place in the file goes into the checksum: text that somebody copied out of a
 * journal, into a prompt that is then journalled, can never be mistaken for a record.
 */
export function recordHeader(record: RecordHeader, offset: number): Buffer {
  const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES)
  RECORD_MAGIC.copy(header)
  header.writeUInt32LE(record.storedBytes, 4)
  header.writeUInt32LE(record.rawBytes, 8)
  header.writeUInt32LE(record.spans, 12)
  header.writeUInt32LE(PACKINGS.indexOf(record.packing) | (record.format === 'json' ? JSON_BIT : 0), 16)
  header.writeDoubleLE(record.epoch, 20)
  header.writeUInt32LE(record.crc, 28)
  header.writeUInt32LE(headerCrc(header, offset), 32)
  return header
}

/** The header that stands at a place of a file; undefined when it is damaged, or none. */
export function readRecordHeader(file: Buffer, offset: number): RecordHeader | undefined {
  if (file.length - offset < RECORD_HEADER_BYTES) return undefined
  const header = file.subarray(offset, offset + RECORD_HEADER_BYTES)
  if (!header.subarray(0, 4).equals(RECORD_MAGIC)) return undefined
  if (header.readUInt32LE(32) !== headerCrc(header, offset)) return undefined
  const flags = header.readUInt32LE(16)
  const packing = PACKINGS[flags & PACKING_BITS]
  if (packing === undefined) return undefined
  return {
    format: flags & JSON_BIT ? 'json' : 'protobuf',
    packing,
    storedBytes: header.readUInt32LE(4),
    rawBytes: header.readUInt32LE(8),
    spans: header.readUInt32LE(12),
    epoch: header.readDoubleLE(20),
    crc: header.readUInt32LE(28),
  }
}

const headerCrc = (header: Buffer, offset: number): number => crc32(header.subarray(0, 32), offset >>> 0)
