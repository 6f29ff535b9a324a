/** Reads regular files, whatever somebody has put in their place. */
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Files } from './context.ts'

/** The code of the error for what is not a regular file. */
export const NOT_REGULAR = 'ENOTREGULAR'

// Windows has neither.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/**
 * Opens a regular file for reading. Opening follows no link, and waits for no writer of a FIFO, which may have replaced
 * the file since it was listed.
 *
 * @returns rejects with the system's error, or with the code `NOT_REGULAR`; the caller has to close the handle
 */
export async function openRegular(
  fs: Files,
  path: string,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await fs.promises.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stat = await handle.stat()
    if (stat.isFile()) return { handle, size: stat.size }
    throw Object.assign(new Error('not a regular file'), { code: NOT_REGULAR })
  } catch (error) {
    await handle.close().catch(() => {})
    throw error
  }
}

/** Reads so many bytes from a position, or fewer at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
