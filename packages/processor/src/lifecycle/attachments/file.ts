import { builtinModule } from '../../platform.ts'
import { report } from '../../report/report.ts'
import { Unreadable } from './input.ts'

interface FileHandle {
  read(buffer: Uint8Array, offset: number, length: number): Promise<{ readonly bytesRead: number }>
  close(): Promise<void>
}
interface Files {
  stat(path: string): Promise<{ readonly size: number; isFile(): boolean }>
  open(path: string, flags: 'r'): Promise<FileHandle>
}

/** How many bytes of a file are read and hashed at a time. */
const CHUNK = 64 * 1024
/** A larger file is not read: a pseudo file such as `/proc/kcore` has no end. */
const FILE_HASH_MAX = 2 ** 30

/** A file that was read. */
export interface ReadFile {
  readonly size: number
  /** The content; undefined where it is larger than `keep`. */
  readonly bytes: Uint8Array | undefined
  readonly sha256: string | undefined
}

/** The asynchronous file system of Node, Bun or Deno; undefined elsewhere. */
export function fileSystem(): Files | undefined {
  const { promises } = (builtinModule('node:fs') ?? {}) as { promises?: Files }
  return typeof promises?.open === 'function' && typeof promises.stat === 'function' ? promises : undefined
}

/**
 * Reads a file in pieces, with at most `keep` bytes and one piece in memory.
 *
 * @throws where it is not a regular file, has no end, or the file system fails
 */
export async function readFile(files: Files, path: string, keep: number): Promise<ReadFile> {
  const stat = await files.stat(path)
  const { size } = stat
  // Opening a named pipe would wait for its other end, forever.
  if (!stat.isFile()) throw new Unreadable('it is not a regular file')
  if (size > FILE_HASH_MAX) {
    reportNoHash(`a file of more than ${FILE_HASH_MAX} bytes is not read`)
    return { size, bytes: undefined, sha256: undefined }
  }
  const handle = await files.open(path, 'r')
  try {
    return await readAll(handle, keep, runningSha256())
  } finally {
    // The file was only read, so a failure to close it changes nothing.
    await handle.close().catch(() => {})
  }
}

// The size is counted while reading: a file may grow meanwhile, and a pseudo file has size 0.
async function readAll(handle: FileHandle, keep: number, hash: RunningHash | undefined): Promise<ReadFile> {
  const kept: Uint8Array[] = []
  let size = 0
  for (;;) {
    const chunk = new Uint8Array(CHUNK)
    const { bytesRead } = await handle.read(chunk, 0, CHUNK)
    if (bytesRead === 0) break
    size += bytesRead
    if (size > FILE_HASH_MAX) throw new Unreadable(`it has more than ${FILE_HASH_MAX} bytes`)
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
  reportNoHash(NO_CRYPTO)
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

/** A hash that takes its bytes piece by piece. */
interface RunningHash {
  update(bytes: Uint8Array): void
  digest(encoding: 'hex'): string
}

function runningSha256(): RunningHash | undefined {
  try {
    const crypto = builtinModule('node:crypto') as { createHash?: (name: string) => RunningHash } | undefined
    return crypto?.createHash?.('sha256')
  } catch {
    return undefined
  }
}

const NO_CRYPTO = 'crypto.subtle is missing, as on a page without https, or it fails'

/** SHA-256 of bytes as hexadecimal digits; undefined where the platform has none, which is counted. Never rejects. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  const { crypto } = globalThis as {
    crypto?: { subtle?: { digest(name: string, bytes: Uint8Array): Promise<ArrayBuffer> } }
  }
  try {
    if (crypto?.subtle !== undefined) {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    }
  } catch {
    // Reported below.
  }
  reportNoHash(NO_CRYPTO)
  return undefined
}

/** Counts an attachment without a hash, and logs why the first one has none. */
export function reportNoHash(why: string): void {
  report('attachment:no-hash', () => `an attachment is sent without its SHA-256: ${why}`)
}
