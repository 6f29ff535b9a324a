import { dirname, join } from 'node:path'
import { sayOnce } from '../../report.ts'
import type { System } from '../journal/system.ts'
import { segmentName } from './folder.ts'
import { nameOf } from './owner.ts'

/**
 * Leaves a segment that this Node cannot read to a process that can. Never rejects.
 *
 * @returns false when it stays where it is
 */
export async function quarantineZstd(system: System, directory: string, path: string): Promise<boolean> {
  const folder = join(directory, nameOf({ kind: 'zstd' }))
  const target = join(folder, segmentName(1))
  sayOnce(
    'journal-zstd',
    () =>
      `the journal in ${dirname(folder)} has records that are compressed with zstd, which this Node cannot read: ` +
      'they wait for a process that can',
  )
  try {
    await system.fs.promises.mkdir(folder, { mode: 0o700 })
    await system.fs.promises.rename(path, target)
    return true
  } catch {
    return false
  }
}
