import type { Files } from './system.ts'

/** The most parts that one call takes, on every system. */
const PARTS_AT_ONCE = 512

/** Writes all parts to a place of a file, however little each call writes. Throws what the file system throws. */
export function writeAllSync(fs: Files, fd: number, parts: readonly Buffer[], position: number): void {
  let rest = parts
  let at = position
  while (rest.length > 0) {
    const written = fs.writevSync(fd, rest.slice(0, PARTS_AT_ONCE), at)
    rest = after(rest, check(written))
    at += written
  }
}

/** The same without waiting for it. */
export async function writeAll(
  fs: Files,
  fd: number,
  parts: readonly Buffer[],
  position: number,
): Promise<void> {
  let rest = parts
  let at = position
  while (rest.length > 0) {
    const some = rest.slice(0, PARTS_AT_ONCE)
    const written = await new Promise<number>((resolve, reject) => {
      fs.writev(fd, some, at, (error, bytes) => (error ? reject(error) : resolve(bytes)))
    })
    rest = after(rest, check(written))
    at += written
  }
}

// Nothing written, without an error, again and again: a disk that is full, on some systems.
function check(written: number): number {
  if (written <= 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
  return written
}

function after(parts: readonly Buffer[], written: number): readonly Buffer[] {
  let left = written
  let index = 0
  while (index < parts.length && left >= (parts[index] as Buffer).length) {
    left -= (parts[index] as Buffer).length
    index += 1
  }
  const rest = parts.slice(index)
  if (left > 0) rest[0] = (rest[0] as Buffer).subarray(left)
  return rest
}
