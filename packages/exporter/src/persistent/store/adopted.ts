import { join } from 'node:path'
import { Cursor, readCursor } from './cursor.ts'
import { Folder, numberOf, ownName } from './folder.ts'
import { giveUp } from './give-up.ts'
import { setAside } from './set-aside.ts'
import type { Shared } from './shared.ts'
import { Source } from './source.ts'
import { summarize } from './summarize.ts'
import { Tasks } from './tasks.ts'
import { setUnreadableAside } from './unreadable.ts'

/** A journal that another process has left. */
export interface Adopted {
  readonly folder: Folder
  readonly source: Source
  /** Files that are being deleted. */
  readonly deleting: Tasks
  /** When its oldest record was appended, by the clock that is never set back. */
  readonly oldest: number
}

/**
 * Takes a folder that nobody owns, and finds out what is in it.
 *
 * @returns undefined when another process was faster, or when nothing was in it
 */
export async function adopt(shared: Shared, directory: string, name: string): Promise<Adopted | undefined> {
  const { system, ledger } = shared
  const own = ownName(system)
  try {
    await system.fs.promises.rename(join(directory, name), join(directory, own))
  } catch {
    return undefined
  }
  const folder = new Folder(system, directory, own)
  await folder.touch()
  const cursor = await readCursor(system.fs, folder.path)
  const entries = await system.fs.promises
    .readdir(folder.path, { withFileTypes: true })
    .catch(() => undefined)
  if (entries === undefined) {
    await folder.free()
    return undefined
  }
  const files = entries.filter((entry) => entry.isFile())
  const numbers = files.map((entry) => numberOf(entry.name)).filter((number) => number !== undefined)
  const deleting = new Tasks()
  /** Nothing is in the folder that cannot be read and could not be set aside. */
  let isWhole = true
  const source = new Source(ledger, (segment) => giveUp(shared, segment, deleting))
  for (const number of numbers.sort((a, b) => a - b)) {
    const path = folder.segmentPath(number)
    const { position } = cursor
    const from = number === position.number ? position.offset : 0
    const summary = number < position.number ? undefined : await summarize(shared, number, path, from)
    if (summary === 'unreadable') {
      ledger.counters.corrupt += 1
      if (!(await setUnreadableAside(shared, path))) isWhole = false
      continue
    }
    if (summary?.hasZstd && !system.hasZstd) {
      if (!(await setAside(system, directory, path))) isWhole = false
    } else if (summary === undefined || summary.segment.left === 0) {
      await system.fs.promises.unlink(path).catch(() => {})
    } else source.segments.push(summary.segment)
    if (summary === undefined || (summary.hasZstd && !system.hasZstd)) continue
    ledger.counters.corrupt += summary.corrupt
    ledger.counters.torn += summary.isTorn ? 1 : 0
    ledger.adopt(summary.segment, summary.corruptSpans)
  }
  if (source.segments.length === 0) {
    if (isWhole) await folder.remove()
    else await folder.free()
    return undefined
  }
  source.cursor = Cursor.open(system.fs, folder.path, cursor)
  return { folder, source, deleting, oldest: Math.min(...source.segments.map((segment) => segment.oldest)) }
}
