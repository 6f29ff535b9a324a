import { PROCESSOR } from '../options.ts'

/** The directories that processors of this process use, with the URLs that their spans are sent to. */
const locks = new Map<string, { readonly url: string; processors: number }>()

/**
 * Locks a directory for one endpoint. Whichever processor finds spans there sends them: they must not go elsewhere.
 *
 * @returns unlocks it
 * @throws TypeError when another processor of this process sends the spans of this directory to another URL
 */
export function lockDirectory(directory: string | undefined, url: string): () => void {
  if (directory === undefined) return () => {}
  const lock = locks.get(directory) ?? { url, processors: 0 }
  if (lock.url !== url) {
    throw new TypeError(
      `${PROCESSOR}: option directory is that of a processor with another url; ` +
        'each endpoint needs a directory of its own',
    )
  }
  lock.processors += 1
  locks.set(directory, lock)
  return () => {
    lock.processors -= 1
    if (lock.processors === 0) locks.delete(directory)
  }
}
