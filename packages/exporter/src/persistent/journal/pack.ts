import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Compression } from './format.ts'

/** Up to here packing at once takes less than a millisecond or so; what is larger is packed in the background. */
export const PACKED_AT_ONCE_BYTES = 64 * 1024
/** Likewise for unpacking, which is faster; a batch may have many. */
const UNPACKED_AT_ONCE_BYTES = 16 * 1024
/** No body is larger when it is unpacked: a damaged or hostile file does not fill the memory. */
const UNPACKED_BYTES = 256 * 1024 * 1024

const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip)
const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)

const GZIP = { level: 1 }
const zstd = () => ({ params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } })

/** A body made smaller, or undefined where it does not get smaller. */
export function packSync(body: Buffer, packing: Compression): Buffer | undefined {
  if (packing === 'none') return undefined
  const packed = packing === 'gzip' ? zlib.gzipSync(body, GZIP) : zlib.zstdCompressSync(body, zstd())
  return packed.length < body.length ? tight(packed) : undefined
}

/** The same in the background. */
export async function pack(body: Buffer, packing: Compression): Promise<Buffer | undefined> {
  if (packing === 'none') return undefined
  const packed = packing === 'gzip' ? await gzip(body, GZIP) : await zstdCompress(body)
  return packed.length < body.length ? tight(packed) : undefined
}

/** The body as it was; undefined where it cannot be had. */
export async function unpack(
  body: Buffer,
  packing: Compression,
  rawBytes: number,
): Promise<Buffer | undefined> {
  if (packing === 'none') return body
  if (rawBytes > UNPACKED_BYTES) return undefined
  const options = { maxOutputLength: Math.max(1, rawBytes) }
  try {
    const isSmall = rawBytes <= UNPACKED_AT_ONCE_BYTES
    const raw = isSmall ? unpackSync(body, packing, options) : await unpackLater(body, packing, options)
    return raw.length === rawBytes ? raw : undefined
  } catch {
    return undefined
  }
}

const unpackSync = (body: Buffer, packing: Compression, options: { maxOutputLength: number }): Buffer =>
  packing === 'gzip' ? zlib.gunzipSync(body, options) : zlib.zstdDecompressSync(body, options)

function unpackLater(
  body: Buffer,
  packing: Compression,
  options: { maxOutputLength: number },
): Promise<Buffer> {
  if (packing === 'gzip') return gunzip(body, options)
  return new Promise((resolve, reject) => {
    zlib.zstdDecompress(body, options, (error, raw) => (error ? reject(error) : resolve(raw)))
  })
}

function zstdCompress(body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zlib.zstdCompress(body, zstd(), (error, packed) => (error ? reject(error) : resolve(packed)))
  })
}

// What zlib returns is a view of at least 16 kB, and a copy from the pool shares a slab with such views.
function tight(packed: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(packed.length)
  packed.copy(copy)
  return copy
}
