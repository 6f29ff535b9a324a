/**
 * The bytes of a journal's files. A segment is a file header and records, one after the other; a record is a header
 * and a body, which is a request body of OTLP as it will be sent.
 *
 * ```
 * segment   'OSsg'  version  format  (6 unused)  crc32                                               16 bytes
 * record    a5'OSr' stored bytes  bytes  spans  flags  epoch (double)  crc32 of body  crc32 of this  36 bytes
 *           body (stored bytes)
 * ```
 * Numbers are little-endian. Bodies are written as they are. Earlier versions could compress them, and such files are
 * still read.
 */
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { BodyFormat, Encoded } from '../../encoder/codec.ts'

const { crc32 } = zlib

/** How a body is compressed. New records are not; those of an earlier version may be. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** A segment is not longer, unless it consists of a single record. */
export const MAX_SEGMENT_BYTES = 4 * 1024 * 1024
/** A longer record is not written, and counts as damaged where it is found: it would fill the memory. */
export const MAX_RECORD_BYTES = 256 * 1024 * 1024

/** Bytes before the first record of a segment. */
export const SEGMENT_HEADER_BYTES = 16
/** Bytes before a record's body. */
export const RECORD_HEADER_BYTES = 36

const SEGMENT_MAGIC = Buffer.from('OSsg', 'latin1')
/** The first bytes of a record. The very first one does not occur in UTF-8 text at the start of a character. */
export const RECORD_MAGIC = Buffer.from('\xa5OSr', 'latin1')
const VERSION = 1
const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'zstd']
const COMPRESSION_BITS = 0x0f
const JSON_BIT = 0x10

/** What a record's header contains about its body. */
export interface RecordHeader {
  readonly format: BodyFormat
  readonly compression: Compression
  /** Of the body in the file. */
  readonly storedBytes: number
  /** Of the body before compression. */
  readonly bytes: number
  readonly spans: number
  /** When it was queued, in milliseconds since 1970. */
  readonly epoch: number
  /** Of the body in the file. */
  readonly crc: number
}

const segmentName = (number: number): string => `${String(number).padStart(10, '0')}.seg`

/** The path of a segment's file. */
export const segmentPath = (folder: string, number: number): string => join(folder, segmentName(number))

/** The number in the name of a segment's file; undefined for other files. */
export function numberOf(name: string): number | undefined {
  const match = /^(\d{10,15})\.seg$/.exec(name)
  const number = Number(match?.[1])
  return match && segmentName(number) === name ? number : undefined
}

/** The header of a segment. */
export function segmentHeader(format: BodyFormat): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  SEGMENT_MAGIC.copy(header)
  header[4] = VERSION
  header[5] = format === 'json' ? 1 : 0
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12)
  return header
}

/**
 * The header of a record. The checksum covers its offset in the file, so that a copy elsewhere is not a record: the
 * text of a journal may occur in a prompt, which is journaled itself.
 */
export function recordHeader(record: RecordHeader, offset: number): Buffer {
  const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES)
  RECORD_MAGIC.copy(header)
  header.writeUInt32LE(record.storedBytes, 4)
  header.writeUInt32LE(record.bytes, 8)
  header.writeUInt32LE(record.spans, 12)
  const flags = COMPRESSIONS.indexOf(record.compression) | (record.format === 'json' ? JSON_BIT : 0)
  header.writeUInt32LE(flags, 16)
  header.writeDoubleLE(record.epoch, 20)
  header.writeUInt32LE(record.crc, 28)
  header.writeUInt32LE(headerCrc(header, offset), 32)
  return header
}

/** The record header at an offset of a file; undefined when there is none, or it is damaged. */
export function readRecordHeader(file: Buffer, offset: number): RecordHeader | undefined {
  if (file.length - offset < RECORD_HEADER_BYTES) return undefined
  const header = file.subarray(offset, offset + RECORD_HEADER_BYTES)
  if (!header.subarray(0, 4).equals(RECORD_MAGIC)) return undefined
  if (header.readUInt32LE(32) !== headerCrc(header, offset)) return undefined
  const flags = header.readUInt32LE(16)
  const compression = COMPRESSIONS[flags & COMPRESSION_BITS]
  if (compression === undefined) return undefined
  return {
    format: flags & JSON_BIT ? 'json' : 'protobuf',
    compression,
    storedBytes: header.readUInt32LE(4),
    bytes: header.readUInt32LE(8),
    spans: header.readUInt32LE(12),
    epoch: header.readDoubleLE(20),
    crc: header.readUInt32LE(28),
  }
}

const headerCrc = (header: Buffer, offset: number): number => crc32(header.subarray(0, 32), offset >>> 0)

/** The parts of a segment with these records, all of which count as queued at one time. */
export function segmentOf(format: BodyFormat, records: readonly Encoded[], epoch: number): Buffer[] {
  const parts = [segmentHeader(format)]
  let offset = SEGMENT_HEADER_BYTES
  for (const { body, spans } of records) {
    const { length } = body
    const sizes = { bytes: length, storedBytes: length, crc: crc32(body) }
    parts.push(recordHeader({ format, compression: 'none', spans, epoch, ...sizes }, offset), body)
    offset += RECORD_HEADER_BYTES + length
  }
  return parts
}

type Decompress = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>
const gunzip: Decompress = promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.gunzip)
// Missing before Node 22.15.
const unzstd: Decompress = (body, options) =>
  new Promise((resolve, reject) => {
    zlib.zstdDecompress(body, options, (error, result) => (error ? reject(error) : resolve(result)))
  })

/** The body before it was compressed; undefined when it cannot be read. */
export async function decompress(
  body: Buffer,
  compression: Exclude<Compression, 'none'>,
  bytes: number,
): Promise<Buffer | undefined> {
  if (bytes > MAX_RECORD_BYTES) return undefined
  try {
    const read = compression === 'gzip' ? gunzip : unzstd
    const decompressed = await read(body, { maxOutputLength: Math.max(1, bytes) })
    return decompressed.length === bytes ? decompressed : undefined
  } catch {
    return undefined
  }
}
