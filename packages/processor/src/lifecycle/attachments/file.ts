import { builtinModule } from '../platform.ts'
import { NO_HASH, type RunningHash, reportNoHash, runningSha256, sha256 } from './hash.ts'
import { Unreadable } from './unreadable.ts'

interface FileHandle {
  read(buffer: Uint8Array, offset: number, length: number): Promise<{ readonly bytesRead: number }>
  close(): Promise<void>
}
interface Files {
  stat(path: string): Promise<{ readonly size: number; isFile(): boolean }>
  open(path: string, flags: 'r'): Promise<FileHandle>
}

/** So much of a file is read at a time, and hashed in one go. */
const CHUNK = 64 * 1024
/** A file that is larger is not read to its end: a pseudo file such as `/proc/kcore` has none. */
const FILE_HASH_MAX = 2 ** 30

/** What there is to say of a file. */
export interface ReadFile {
  readonly size: number
  /** All of it, unless it is larger than was asked for. */
  readonly bytes: Uint8Array | undefined
  readonly sha256: string | undefined
}

/** The file system of Node, Bun or Deno, whose functions do not block; undefined elsewhere. */
export function fileSystem(): Files | undefined {
  const { promises } = (builtinModule('node:fs') ?? {}) as { promises?: Files }
  return typeof promises?.open === 'function' && typeof promises.stat === 'function' ? promises : undefined
}

/**
 * Reads a file piece by piece; no more than `keep` bytes and one piece are in memory.
 *
 * @throws where it is no regular file, does not end, or the file system refuses
 */
export async function readFile(files: Files, path: string, keep: number): Promise<ReadFile> {
  const { size, isFile } = await statOf(files, path)
  // Opening a named pipe would wait for its other end, for ever.
  if (!isFile) throw new Unreadable('it is no regular file')
  if (size > FILE_HASH_MAX) {
    reportNoHash(`a file of more than ${FILE_HASH_MAX} bytes is not read`)
    return { size, bytes: undefined, sha256: undefined }
  }
  const handle = await files.open(path, 'r')
  try {
    return await readAll(handle, keep, runningSha256())
  } finally {
    // It was only read: what goes wrong here changes nothing.
    await handle.close().catch(() => {})
  }
}

async function statOf(files: Files, path: string): Promise<{ size: number; isFile: boolean }> {
  const stat = await files.stat(path)
  return { size: stat.size, isFile: stat.isFile() }
}

// The size is what was read: a file may grow meanwhile, and a pseudo file says 0.
async function readAll(handle: FileHandle, keep: number, hash: RunningHash | undefined): Promise<ReadFile> {
  const kept: Uint8Array[] = []
  let size = 0
  for (;;) {
    const chunk = new Uint8Array(CHUNK)
    const { bytesRead } = await handle.read(chunk, 0, CHUNK)
    if (bytesRead === 0) break
    size += bytesRead
    if (size > FILE_HASH_MAX) throw new Unreadable('it does not end')
    const read = chunk.subarray(0, bytesRead)
    hash?.update(read)
    if (size <= keep) kept.push(read)
    else kept.length = 0
  }
  const bytes = size <= keep ? joined(kept, size) : undefined
  return { size, bytes, sha256: await digestOf(hash, bytes) }
}

async function digestOf(hash: RunningHash | undefined, bytes: Uint8Array | undefined) {
  if (hash !== undefined) return hash.digest('hex')
  if (bytes !== undefined) return sha256(bytes)
  reportNoHash(NO_HASH)
  return undefined
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}
