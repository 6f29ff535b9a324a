/**
 * Files of held spans: copies of spans that are not queued yet, beside the segments of a journal. They are written as
 * segments are, a record for each span. A record with 0 spans releases others: its body has the number of the file and
 * the offset of each, 4 bytes each. A released record is not needed any more.
 */
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { QueueContext } from './context.ts'
import { syncFolder } from './folder-names.ts'
import { quarantine } from './quarantine.ts'
import {
  numberOf,
  RECORD_HEADER_BYTES,
  recordHeader,
  SEGMENT_HEADER_BYTES,
  segmentHeader,
  segmentPath,
} from './segment/format.ts'
import { findSegment } from './segment/load.ts'
import type { ScannedRecord, ScannedSegment } from './segment/scan.ts'

/** A segment that is being made of held spans, or of what is left of a batch. */
export const UNFINISHED_HELD_NAME = 'held'

/** The place of a record. */
export interface HeldPlace {
  /** Of the file. */
  readonly number: number
  readonly offset: number
}

const heldName = (number: number): string => `${String(number).padStart(10, '0')}.held`

/** The path of a file of held spans. */
export const heldPath = (folder: string, number: number): string => join(folder, heldName(number))

/** The number in the name of a file of held spans; undefined for other files. */
export function heldNumberOf(name: string): number | undefined {
  const match = /^(\d{10,15})\.held$/.exec(name)
  const number = Number(match?.[1])
  return match && heldName(number) === name ? number : undefined
}

/** The body of a record that releases others. */
export function releaseBody(places: readonly HeldPlace[]): Buffer {
  const body = Buffer.alloc(8 * places.length)
  for (const [index, { number, offset }] of places.entries()) {
    body.writeUInt32LE(number, 8 * index)
    body.writeUInt32LE(offset, 8 * index + 4)
  }
  return body
}

const keyOf = ({ number, offset }: HeldPlace): string => `${number} ${offset}`

function* placesIn(body: Buffer): Generator<HeldPlace> {
  for (let at = 0; at + 8 <= body.length; at += 8) {
    yield { number: body.readUInt32LE(at), offset: body.readUInt32LE(at + 4) }
  }
}

interface HeldFile {
  readonly number: number
  readonly path: string
  readonly scanned: ScannedSegment
}

/**
 * Makes segments of the held spans in a folder that was taken over: their process cannot send them any more. A crash in
 * between leaves those of one file twice.
 *
 * @param after the new segments get higher numbers than this one, and than those that are there
 * @returns false when something is left, because it cannot be read or written now
 */
export async function restoreHeld(
  context: QueueContext,
  folder: string,
  after: number,
  isUnwanted: () => boolean,
): Promise<boolean> {
  const { promises } = context.system.fs
  const entries = await promises.readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  const numbers = names.map(heldNumberOf).filter((number) => number !== undefined)
  const files: HeldFile[] = []
  let isLeft = false
  for (const number of numbers.sort((a, b) => a - b)) {
    const file = await readHeld(context, { number, path: heldPath(folder, number) }, isUnwanted)
    if (file === 'left') isLeft = true
    else if (file !== 'gone') files.push(file)
  }
  const released = new Set<string>()
  for (const { scanned } of files) {
    for (const { header, body } of scanned.records) {
      if (header.spans === 0 && body) for (const place of placesIn(body)) released.add(keyOf(place))
    }
  }
  let next = Math.max(after, ...names.map((name) => numberOf(name) ?? 0)) + 1
  for (const file of files) {
    const path = segmentPath(folder, next++)
    if (isUnwanted() || !(await restoreFile(context, file, released, path))) return false
  }
  return !isLeft
}

async function readHeld(
  context: QueueContext,
  place: { number: number; path: string },
  isUnwanted: () => boolean,
): Promise<HeldFile | 'left' | 'gone'> {
  const found = await findSegment(context, place, { keepsBodies: true, isUnwanted })
  if (found === 'unwanted') return 'left'
  if (found === 'gone') return 'gone'
  if (found !== 'unreadable') return { ...place, scanned: found.scanned }
  context.accounting.counters.corrupt += 1
  return (await quarantine(context, place.path)) ? 'gone' : 'left'
}

/** Makes a segment of what is left in a file. False if it cannot be written, or its owner still writes to it. */
async function restoreFile(
  context: QueueContext,
  { number, path, scanned }: HeldFile,
  released: ReadonlySet<string>,
  segment: string,
): Promise<boolean> {
  const { system, accounting } = context
  const { promises } = system.fs
  const spans = scanned.records.filter(({ header }) => header.spans > 0)
  const left = spans.filter(({ offset }) => !released.has(keyOf({ number, offset })))
  try {
    if (left.length > 0) await writeSegment(context, left, join(path, '..', UNFINISHED_HELD_NAME), segment)
    if ((await promises.stat(path)).size !== scanned.fileBytes) return false
    await promises.unlink(path)
  } catch {
    return false
  }
  accounting.counters.corrupt += scanned.corrupt
  accounting.counters.torn += scanned.isTorn ? 1 : 0
  // A damaged record may have been released. So has one that is damaged in its header, and cannot be counted.
  const whole = new Set(spans.map(({ offset }) => keyOf({ number, offset })))
  const ofFile = [...released].filter((key) => key.startsWith(`${number} `) && !whole.has(key)).length
  accounting.enterTakenOver({ spans: 0, bytes: 0 }, Math.max(0, scanned.corruptSpans - ofFile))
  return true
}

/** Writes records as a segment, which appears under its name when it is whole. Rejects with the system's error. */
async function writeSegment(
  { system, settings }: QueueContext,
  records: readonly ScannedRecord[],
  unfinished: string,
  path: string,
): Promise<void> {
  const { promises } = system.fs
  const parts = [segmentHeader(records[0]?.header.format ?? settings.format)]
  let offset = SEGMENT_HEADER_BYTES
  for (const { header, body } of records) {
    if (body === undefined) continue
    parts.push(recordHeader({ ...header, crc: crc32(body) }, offset), body)
    offset += RECORD_HEADER_BYTES + body.length
  }
  const file = await promises.open(unfinished, 'w', 0o600)
  try {
    await file.writeFile(Buffer.concat(parts))
    if (settings.fsync !== 'never') await file.datasync()
  } finally {
    await file.close()
  }
  await promises.rename(unfinished, path)
  if (settings.fsync !== 'never') await syncFolder(system, join(path, '..'))
}
