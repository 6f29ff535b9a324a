import * as zlib from 'node:zlib'
import type { Compression } from '../options.ts'

const CHUNK = 64 * 1024
/** What comes out does so in pieces of this size, each of them a trip to the thread pool: 64 kB cost a tenth more. */
const OUTPUT = 256 * 1024
/** More memory for less work: a twelfth less. */
const MEM_LEVEL = 9
const SMALL = 16 * 1024

/**
 * The same bytes in fewer pieces: small neighbours are copied together, up to 64 kB, because a piece costs a write of
 * its own, and a trip to the thread pool when it is compressed. Large ones are not copied.
 */
export function gather(parts: readonly Buffer[]): readonly Buffer[] {
  if (parts.length < 2) return parts
  const gathered: Buffer[] = []
  let run: Buffer[] = []
  let size = 0
  const close = () => {
    if (run.length > 0) gathered.push(run.length === 1 ? (run[0] as Buffer) : Buffer.concat(run, size))
    run = []
    size = 0
  }
  for (const part of parts) {
    if (part.length >= SMALL || size + part.length > CHUNK) close()
    if (part.length >= SMALL) gathered.push(part)
    else if (part.length > 0) {
      run.push(part)
      size += part.length
    }
  }
  close()
  return gathered
}

/** Whether this Node has zstd: from 22.15 on. */
export const hasZstd = typeof zlib.createZstdCompress === 'function'

function newCompressor(compression: 'gzip' | 'zstd') {
  if (compression === 'gzip') return zlib.createGzip({ level: 1, chunkSize: OUTPUT, memLevel: MEM_LEVEL })
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 }
  return zlib.createZstdCompress({ chunkSize: OUTPUT, params })
}

/**
 * Compresses a body on the thread pool, at level 1.
 *
 * @returns the compressed body in parts; rejects with what zlib says, such as for a lack of memory
 */
export function compress(compression: Compression, parts: readonly Buffer[]): Promise<readonly Buffer[]> {
  if (compression === 'none') return Promise.resolve(parts)
  return new Promise((resolve, reject) => {
    const compressor = newCompressor(compression)
    const compressed: Buffer[] = []
    compressor.on('data', (chunk: Buffer) => compressed.push(chunk))
    compressor.on('end', () => resolve(compressed))
    compressor.on('error', reject)
    for (const part of parts) compressor.write(part)
    compressor.end()
  })
}
