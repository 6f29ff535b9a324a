/**
 * Reads segment files: once for counts at discovery, again for bodies at lease. Intact records of damaged files are
 * kept. Files that cannot be read are moved to a folder of their own.
 */
import { dirname } from 'node:path'
import type { QueueContext } from '../context.ts'
import { quarantine } from '../quarantine.ts'
import { NOT_REGULAR, openRegular } from '../regular-file.ts'
import { foundSegment } from './owned-segment.ts'
import { type ScannedSegment, scanSegment } from './scan.ts'
import type { Segment } from './types.ts'

/** How long to wait before a file that could not be read is tried again. */
const PAUSE_MILLIS = 1000
/** How often it is tried, unless the process or the machine is short of something. */
const ATTEMPTS = 3
/** How often a file that was found is tried in any case: the next search finds it again. */
const MAX_ATTEMPTS = 10
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/**
 * Brings the entries of a segment back into memory; damaged ones are dropped and counted. A file that cannot be read
 * counts as damaged. Never rejects.
 */
export function loadSegment(context: QueueContext, segment: Segment, isClosed: () => boolean): Promise<void> {
  return segment.loadOnce(async () => {
    const scanned = await readAgain(context, segment, isClosed)
    if (scanned !== undefined) segment.reload(scanned)
  })
}

/** A file that was found, as a segment. */
export interface FoundFile {
  readonly segment: Segment
  readonly scanned: ScannedSegment
  /** Whether a record needs a Node that can read zstd. */
  readonly needsZstd: boolean
}

/** How to read a file that was found. */
export interface Finding {
  /** The offset of the first record that is not acked. */
  readonly from?: number
  /** Whether the records count as queued just now. */
  readonly isFresh?: boolean
  /** Whether the bodies are needed, and not only their sums. */
  readonly keepsBodies?: boolean
  /** Asked before each attempt to read it. */
  readonly isUnwanted?: () => boolean
}

/** Reads a file that was found. */
export async function findSegment(
  context: QueueContext,
  place: { number: number; path: string },
  { from = 0, isFresh = false, keepsBodies = false, isUnwanted = () => false }: Finding,
): Promise<FoundFile | 'gone' | 'unreadable' | 'unwanted'> {
  const { system, accounting, settings } = context
  const isSynced = settings.fsync !== 'never'
  let attempts = 0
  const isGivenUp = () => {
    attempts += 1
    return isUnwanted() || attempts > MAX_ATTEMPTS
  }
  const reading = { from, keepsBodies, isSynced, isUnwanted: isGivenUp }
  const scanned = await readFile(context, place.path, reading)
  if (typeof scanned === 'string') return scanned
  const latest = system.now()
  const shift = isFresh ? Number.NEGATIVE_INFINITY : system.wall() - latest
  const segment = foundSegment(accounting, place, { shift, latest }, scanned, from)
  const needsZstd = scanned.records.some(({ header }) => header.compression === 'zstd')
  return { segment, scanned, needsZstd }
}

const NOTHING: ScannedSegment = { records: [], fileBytes: 0, corrupt: 0, corruptSpans: 0, isTorn: false }

/** What the file of a segment contains, nothing when it cannot be read; undefined when it is no longer needed. */
async function readAgain(
  context: QueueContext,
  segment: Segment,
  isClosed: () => boolean,
): Promise<ScannedSegment | undefined> {
  const { path, from, until } = segment
  if (path === undefined) return undefined
  const isUnwanted = () => isClosed() || segment.path === undefined
  const scanned = await readFile(context, path, { from, until, keepsBodies: true, isUnwanted })
  if (scanned === 'unwanted') return undefined
  if (typeof scanned === 'object') return scanned
  if (scanned === 'gone' && segment.path === path && !context.system.fs.existsSync(dirname(path))) {
    // Another process has taken the whole folder over, and sends it.
    segment.leaveFolder()
    segment.dropAll('taken-over')
    return undefined
  }
  context.accounting.counters.corrupt += 1
  if (scanned === 'unreadable' && segment.path === path) {
    segment.quarantine()
    await quarantine(context, path)
  }
  return NOTHING
}

interface Reading {
  readonly from: number
  readonly until?: number
  readonly keepsBodies: boolean
  /** Whether to force it to the disk: its process may have been killed before it did. */
  readonly isSynced?: boolean
  readonly isUnwanted: () => boolean
}

async function readFile(
  { system }: QueueContext,
  path: string,
  { from, until = Number.POSITIVE_INFINITY, keepsBodies, isSynced = false, isUnwanted }: Reading,
): Promise<ScannedSegment | 'gone' | 'unreadable' | 'unwanted'> {
  for (let attempt = 1; !isUnwanted(); attempt += 1) {
    try {
      const { handle, size } = await openRegular(system.fs, path)
      try {
        // Not every system can force a file that is open for reading.
        if (isSynced) await handle.datasync().catch(() => {})
        return await scanSegment(handle, { from, size: Math.min(size, until), keepsBodies })
      } finally {
        await handle.close()
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      if (code === 'ENOENT') return 'gone'
      if (code === NOT_REGULAR || code === 'ELOOP') return 'unreadable'
      if (attempt >= ATTEMPTS && !SHORTAGES.has(code)) return 'unreadable'
      await system.pause(PAUSE_MILLIS)
    }
  }
  return 'unwanted'
}
