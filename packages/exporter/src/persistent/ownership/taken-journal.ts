import { join } from 'node:path'
import { Checkpoint, readCursor } from '../journal/checkpoint.ts'
import type { QueueContext } from '../journal/context.ts'
import { deleteSegment } from '../journal/delete-segment.ts'
import { JournalReader } from '../journal/journal-reader.ts'
import { quarantine } from '../journal/quarantine.ts'
import { summarize } from '../journal/summarize.ts'
import { Tasks } from '../journal/tasks.ts'
import { Folder, numberOf, ownName } from './folder.ts'
import { quarantineZstd } from './quarantine-zstd.ts'

/** A journal that another process has left. */
export interface TakenJournal {
  readonly folder: Folder
  readonly reader: JournalReader
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
export async function takeOver(
  shared: QueueContext,
  directory: string,
  name: string,
): Promise<TakenJournal | undefined> {
  const { system, accounting: ledger } = shared
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
  const reader = new JournalReader(ledger, (segment) => deleteSegment(shared, segment, deleting))
  for (const number of numbers.sort((a, b) => a - b)) {
    const path = folder.segmentPath(number)
    const { position } = cursor
    const from = number === position.number ? position.offset : 0
    const summary = number < position.number ? undefined : await summarize(shared, number, path, from)
    if (summary === 'unreadable') {
      ledger.counters.corrupt += 1
      if (!(await quarantine(shared, path))) isWhole = false
      continue
    }
    if (summary?.hasZstd && !system.hasZstd) {
      if (!(await quarantineZstd(system, directory, path))) isWhole = false
    } else if (summary === undefined || summary.segment.left === 0) {
      await system.fs.promises.unlink(path).catch(() => {})
    } else reader.segments.push(summary.segment)
    if (summary === undefined || (summary.hasZstd && !system.hasZstd)) continue
    ledger.counters.corrupt += summary.corrupt
    ledger.counters.torn += summary.isTorn ? 1 : 0
    ledger.adopt(summary.segment, summary.corruptSpans)
  }
  if (reader.segments.length === 0) {
    if (isWhole) await folder.remove()
    else await folder.free()
    return undefined
  }
  reader.cursor = Checkpoint.open(system.fs, folder.path, cursor)
  return { folder, reader, deleting, oldest: Math.min(...reader.segments.map((segment) => segment.oldest)) }
}
