import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Files } from './system.ts'

/** A place in the journal before which everything is settled. */
export interface Position {
  /** Of the segment. */
  readonly number: number
  /** In bytes, in the segment's file. */
  readonly offset: number
}

const SLOT_BYTES = 32
// Half a kilobyte apart: a write that a power loss cuts off damages one of them at most.
const SLOT_DISTANCE = 512
const MAGIC = 0x7275434f

/** The file that says how far a journal is settled. Two slots are written in turn, so one of them is always whole. */
export class Checkpoint {
  readonly #fs: Files
  readonly #open: () => number
  /** Not before it is moved: a process may take very many journals. */
  #fd: number | undefined
  #sequence: number
  #isOpen = true

  private constructor(fs: Files, open: () => number, sequence: number) {
    this.#fs = fs
    this.#open = open
    this.#sequence = sequence
  }

  /** Throws when the file cannot be made. */
  static create(fs: Files, folder: string): Checkpoint {
    const fd = fs.openSync(join(folder, 'cursor'), 'wx', 0o600)
    const cursor = new Checkpoint(fs, () => fd, 0)
    cursor.#fd = fd
    try {
      // Both slots exist from now on, so that moving the cursor needs no room on a full disk.
      fs.writeSync(fd, Buffer.alloc(SLOT_DISTANCE + SLOT_BYTES), 0, SLOT_DISTANCE + SLOT_BYTES, 0)
      return cursor
    } catch (error) {
      cursor.close()
      throw error
    }
  }

  /** The cursor of a folder that somebody else has left, and where it stands. */
  static open(fs: Files, folder: string, found: Found): Checkpoint {
    const path = join(folder, 'cursor')
    return new Checkpoint(fs, () => fs.openSync(path, found.isThere ? 'r+' : 'wx', 0o600), found.sequence)
  }

  /** Says that everything before a position is settled. Where that fails, it will be delivered again. */
  move(to: Position): void {
    if (!this.#isOpen) return
    this.#sequence += 1
    const slot = Buffer.alloc(SLOT_BYTES)
    slot.writeUInt32LE(MAGIC, 0)
    slot.writeDoubleLE(this.#sequence, 4)
    slot.writeDoubleLE(to.number, 12)
    slot.writeDoubleLE(to.offset, 20)
    slot.writeUInt32LE(crc32(slot.subarray(0, 28)), 28)
    try {
      this.#fd ??= this.#open()
      this.#fs.writeSync(this.#fd, slot, 0, SLOT_BYTES, (this.#sequence % 2) * SLOT_DISTANCE)
    } catch {
      // At least once: what is not known to be settled is sent again by the next process.
    }
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#fd === undefined) return
    try {
      this.#fs.closeSync(this.#fd)
    } catch {
      // Nothing was waiting in it.
    }
  }
}

/** What a cursor file says. */
export interface Found {
  readonly isThere: boolean
  readonly sequence: number
  /** The start of everything, when the file says nothing that can be believed. */
  readonly position: Position
}

const NOTHING: Position = { number: 0, offset: 0 }

/** Reads the cursor of a folder. A cursor that is missing or damaged means that nothing is settled. */
export async function readCursor(fs: Files, folder: string): Promise<Found> {
  let bytes: Buffer
  try {
    bytes = await fs.promises.readFile(join(folder, 'cursor'))
  } catch {
    return { isThere: false, sequence: 0, position: NOTHING }
  }
  const slots = [readSlot(bytes, 0), readSlot(bytes, SLOT_DISTANCE)].filter((slot) => slot !== undefined)
  slots.sort((a, b) => b.sequence - a.sequence)
  return { isThere: true, ...(slots[0] ?? { sequence: 0, position: NOTHING }) }
}

function readSlot(bytes: Buffer, at: number): { sequence: number; position: Position } | undefined {
  const slot = bytes.subarray(at, at + SLOT_BYTES)
  if (slot.length < SLOT_BYTES || slot.readUInt32LE(0) !== MAGIC) return undefined
  if (slot.readUInt32LE(28) !== crc32(slot.subarray(0, 28))) return undefined
  const position = { number: slot.readDoubleLE(12), offset: slot.readDoubleLE(20) }
  return { sequence: slot.readDoubleLE(4), position }
}
