import { PROCESSOR } from '../options.ts'

/** The receivers that this process's journals are for, by their folders; and how many processors are. */
const claims = new Map<string, { readonly url: string; count: number }>()

/**
 * Claims a folder for a receiver: what is in it is sent by whichever processor finds it, and must not go to another.
 *
 * @returns gives it back
 * @throws TypeError when another processor of this process sends what is in it elsewhere
 */
export function lockDirectory(directory: string | undefined, url: string): () => void {
  if (directory === undefined) return () => {}
  const claimed = claims.get(directory) ?? { url, count: 0 }
  if (claimed.url !== url) {
    throw new TypeError(
      `${PROCESSOR}: option directory is that of a processor with another url; each receiver needs a directory of its own`,
    )
  }
  claimed.count++
  claims.set(directory, claimed)
  return () => {
    claimed.count--
    if (claimed.count === 0) claims.delete(directory)
  }
}
