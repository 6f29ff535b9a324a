import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Files } from './context.ts'

/** A place in a journal. Everything before a checkpoint is acked or dropped. */
export interface Position {
  /** Of the segment. */
  readonly number: number
  /** In the segment's file, in bytes. */
  readonly offset: number
}

/** The file's name in a folder. */
export const CHECKPOINT_NAME = 'cursor'

const SLOT_BYTES = 32
// Half a kilobyte apart: a write that a power loss interrupts damages one slot at most.
const SLOT_DISTANCE = 512
const MAGIC = 0x7275434f

/** The file that marks how far a journal is acked. Two slots are written in turn, so that one is always whole. */
export class Checkpoint {
  readonly #fs: Files
  readonly #open: () => number
  /** Opened when the checkpoint is first moved: a process may take over very many journals. */
  #fd: number | undefined
  #sequence: number
  #isOpen = true

  private constructor(fs: Files, open: () => number, sequence: number) {
    this.#fs = fs
    this.#open = open
    this.#sequence = sequence
  }

  /** Creates the file. Throws the error of the system. */
  static create(fs: Files, folder: string): Checkpoint {
    const fd = fs.openSync(join(folder, CHECKPOINT_NAME), 'wx', 0o600)
    const checkpoint = new Checkpoint(fs, () => fd, 0)
    checkpoint.#fd = fd
    try {
      // Both slots exist from now on, so that moving the checkpoint works on a full disk.
      fs.writeSync(fd, Buffer.alloc(SLOT_DISTANCE + SLOT_BYTES), 0, SLOT_DISTANCE + SLOT_BYTES, 0)
      return checkpoint
    } catch (error) {
      checkpoint.close()
      throw error
    }
  }

  /** The checkpoint of a folder that another process left, as it was read. */
  static open(fs: Files, folder: string, found: ReadCheckpoint): Checkpoint {
    const path = join(folder, CHECKPOINT_NAME)
    return new Checkpoint(fs, () => fs.openSync(path, found.isThere ? 'r+' : 'wx', 0o600), found.sequence)
  }

  /** Everything before a position is acked. When writing that fails, the next process sends it again. */
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
      // Delivery is at least once: the next process sends again what is not known to be acked.
    }
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#fd === undefined) return
    try {
      this.#fs.closeSync(this.#fd)
    } catch {
      // Nothing is waiting to be written.
    }
  }
}

/** The content of a checkpoint's file. */
export interface ReadCheckpoint {
  readonly isThere: boolean
  readonly sequence: number
  /** The very start, when the file is missing or damaged. */
  readonly position: Position
}

const NOTHING: Position = { number: 0, offset: 0 }

/** Reads the checkpoint of a folder. When it is missing or damaged, nothing counts as acked. */
export async function readCheckpoint(fs: Files, folder: string): Promise<ReadCheckpoint> {
  let bytes: Buffer
  try {
    bytes = await fs.promises.readFile(join(folder, CHECKPOINT_NAME))
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
