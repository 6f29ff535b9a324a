import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Compression } from './types.ts'

type Compress = (body: Buffer) => Promise<Buffer>

const gzip = promisify(zlib.gzip) as (body: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>

/** Level 6 makes text a twentieth smaller, for twice the time. */
const GZIP_LEVEL = 1
const ZSTD_LEVEL = 1

const COMPRESS: Readonly<Record<Exclude<Compression, 'none'>, Compress>> = {
  gzip: (body) => gzip(body, { level: GZIP_LEVEL }),
  zstd: (body) =>
    promisify(zlib.zstdCompress)(body, {
      params: { [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
    }),
}

/** The body as it goes over the wire; compressed off the event loop. */
export async function compressed(
  parts: readonly Buffer[],
  compression: Compression,
): Promise<readonly Buffer[]> {
  if (compression === 'none') return parts
  const [only] = parts
  const whole = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
  return [await COMPRESS[compression](whole)]
}
