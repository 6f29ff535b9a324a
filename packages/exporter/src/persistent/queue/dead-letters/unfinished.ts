import { join } from 'node:path'
import type { System } from '../../journal/index.ts'

/** Ends the name of a file that is being written. Other processes see it only when it is whole. */
export const UNFINISHED = '.part'
/** An unfinished file that is so old is what a kill left. */
export const UNFINISHED_MILLIS = 600_000

/**
 * Deletes unfinished files that are so old. Never rejects.
 *
 * Whether another process still writes one cannot be seen. It loses nothing: it cannot rename the file then, keeps the
 * letter in memory, and writes it anew.
 *
 * @param names all names in the folder
 */
export async function deleteUnfinished(
  { fs: { promises }, wall }: System,
  folder: string,
  names: readonly string[],
  millis: number,
): Promise<void> {
  for (const name of names) {
    if (!name.endsWith(UNFINISHED)) continue
    const path = join(folder, name)
    const stat = await promises.lstat(path).catch(() => undefined)
    if (stat === undefined || Math.abs(wall() - stat.mtimeMs) < millis) continue
    await promises.unlink(path).catch(() => {})
  }
}
