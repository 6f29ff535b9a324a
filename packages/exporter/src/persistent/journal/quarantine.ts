import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { problems } from '../../problems.ts'
import type { QueueContext, System } from './context.ts'
import { syncFolder } from './folder-names.ts'

/** The folder of files that cannot be read. */
const QUARANTINE = 'unreadable'

/**
 * Keeps a file that cannot be read in a folder of its own: the disk may be repaired.
 *
 * @returns false when the file stays where it is
 */
export async function quarantine({ system, settings }: QueueContext, path: string): Promise<boolean> {
  const { directory = '', fsync } = settings
  const folder = join(directory, QUARANTINE)
  problems.report('journal:unreadable', () => `a journal file cannot be read, and is kept in ${folder}`)
  try {
    await makeFolder(system, folder)
    if (!(await system.fs.promises.lstat(folder)).isDirectory()) return false
    if (fsync !== 'never') await syncFolder(system, directory)
    const name = `${system.wall()}-${randomBytes(4).toString('hex')}.seg`
    await system.fs.promises.rename(path, join(folder, name))
    if (fsync !== 'never') await syncFolder(system, folder)
  } catch {
    return false
  }
  await limitQuarantine(system, folder, settings.maxRejectedBytes)
  return true
}

/** Deletes the oldest files where all together have more bytes. Their spans were counted when they were put there. */
async function limitQuarantine(
  { fs: { promises } }: System,
  folder: string,
  maxBytes: number,
): Promise<void> {
  let bytes = 0
  const names = await promises.readdir(folder).catch((): string[] => [])
  for (const name of names.sort().reverse()) {
    const path = join(folder, name)
    const stat = await promises.lstat(path).catch(() => undefined)
    // A sparse file takes less than its size.
    bytes += stat === undefined ? 0 : Math.min(stat.size, (stat.blocks ?? Number.POSITIVE_INFINITY) * 512)
    if (bytes <= maxBytes) continue
    problems.report(
      'journal:unreadable-full',
      () => `${folder} is full: the oldest files are deleted; see the option maxRejectedBytes`,
      folder,
    )
    await promises.unlink(path).catch(() => {})
  }
}

/** Deletes the files that could not be read. Never rejects. */
export async function purgeQuarantine({ system, settings }: QueueContext): Promise<void> {
  if (settings.directory === undefined) return
  const folder = join(settings.directory, QUARANTINE)
  await system.fs.promises.rm(folder, { recursive: true, force: true }).catch(() => {})
}

/** Makes a folder for the owner alone, unless it is there; not the folders above it. Rejects with the system's error. */
export async function makeFolder({ fs }: System, path: string): Promise<void> {
  await fs.promises.mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
