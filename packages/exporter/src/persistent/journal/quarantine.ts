import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { sayOnce } from '../../report.ts'
import { makeInside } from '../ownership/folder.ts'
import type { QueueContext } from './context.ts'

const FOLDER = 'unreadable'

/**
 * Sets a file aside that cannot be read: a disk that fails today may be read tomorrow, by whoever looks after it.
 *
 * @returns false when it stays where it is
 */
export async function quarantine({ system, settings }: QueueContext, path: string): Promise<boolean> {
  const { promises } = system.fs
  const folder = join(settings.directory ?? '', FOLDER)
  sayOnce('journal-unreadable', () => `a file of the journal cannot be read, and is kept in ${folder}`)
  try {
    await makeInside(system, folder)
    await promises.rename(path, join(folder, `${system.wall()}-${randomBytes(4).toString('hex')}.seg`))
    return true
  } catch {
    return false
  }
}

/** Deletes what was set aside. Never rejects. */
export async function purgeQuarantine({ system, settings }: QueueContext): Promise<void> {
  if (settings.directory === undefined) return
  await system.fs.promises
    .rm(join(settings.directory, FOLDER), { recursive: true, force: true })
    .catch(() => {})
}
