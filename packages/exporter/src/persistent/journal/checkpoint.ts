import { constants } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Files } from './context.ts'
import { openRegular, readAt } from './regular-file.ts'

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
// Windows has neither.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
// It may be missing in a folder that another process left, and what is there may be a link, or a FIFO without a reader.
const FLAGS = constants.O_WRONLY | constants.O_CREAT | O_NOFOLLOW | O_NONBLOCK

/**
 * The file that marks how far a journal is acked. Two slots are written in turn, so that one is always whole. Writing is
 * off the event loop, one write at a time: of several positions that come meanwhile, the newest is written.
 */
export class Checkpoint {
  readonly #fs: Files
  readonly #path: string
  /** Opened when the checkpoint is first moved: a process may take over very many journals. */
  #fd: number | undefined
  #sequence: number
  #newest: Position | undefined
  /** The write under way, or the last one. */
  #current: Promise<void> = Promise.resolve()
  /** The write after that, which has the newest position. */
  #next: Promise<void> | undefined
  #isOpen = true

  private constructor(fs: Files, folder: string, sequence: number) {
    this.#fs = fs
    this.#path = join(folder, CHECKPOINT_NAME)
    this.#sequence = sequence
  }

  /** Creates the file within the call. Throws the error of the system. */
  static create(fs: Files, folder: string): Checkpoint {
    const checkpoint = new Checkpoint(fs, folder, 0)
    const fd = fs.openSync(checkpoint.#path, 'wx', 0o600)
    checkpoint.#fd = fd
    try {
      // Both slots exist from now on, so that moving the checkpoint works on a full disk.
      fs.writeSync(fd, Buffer.alloc(SLOT_DISTANCE + SLOT_BYTES), 0, SLOT_DISTANCE + SLOT_BYTES, 0)
      return checkpoint
    } catch (error) {
      fs.closeSync(fd)
      throw error
    }
  }

  /** The checkpoint of a folder that another process left, as it was read. */
  static open(fs: Files, folder: string, found: ReadCheckpoint): Checkpoint {
    return new Checkpoint(fs, folder, found.sequence)
  }

  /**
   * Everything before a position is acked.
   *
   * @returns resolves when that is written, or could not be: then the next process sends it again
   */
  move(to: Position): Promise<void> {
    if (!this.#isOpen) return this.#current
    this.#newest = to
    this.#next ??= this.#current.then(() => this.#writeNewest())
    return this.#next
  }

  /** Writes within the call what is not known to be written: the process is about to end. */
  writeNow(): void {
    const to = this.#newest
    if (to === undefined || !this.#isOpen) return
    try {
      this.#fd ??= this.#fs.openSync(this.#path, FLAGS, 0o600)
      // The slot after the one that a thread is writing at this moment.
      this.#fs.writeSync(this.#fd, this.#nextSlot(to), 0, SLOT_BYTES, this.#slotOffset)
      this.#newest = undefined
    } catch {
      // As below.
    }
  }

  /** Resolves when everything is written and the file is closed. */
  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await (this.#next ?? this.#current)
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) await new Promise<void>((resolve) => this.#fs.close(fd, () => resolve()))
  }

  async #writeNewest(): Promise<void> {
    this.#current = this.#next ?? this.#current
    this.#next = undefined
    const to = this.#newest
    if (to === undefined) return
    try {
      this.#fd ??= await this.#openFile()
      const fd = this.#fd
      const slot = this.#nextSlot(to)
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | null) => (error ? reject(error) : resolve())
        this.#fs.write(fd, slot, 0, SLOT_BYTES, this.#slotOffset, done)
      })
      if (this.#newest === to) this.#newest = undefined
    } catch {
      // Delivery is at least once: the next process sends again what is not known to be acked.
    }
  }

  #openFile(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#fs.open(this.#path, FLAGS, 0o600, (error, fd) => (error ? reject(error) : resolve(fd)))
    })
  }

  #nextSlot(to: Position): Buffer {
    this.#sequence += 1
    const slot = Buffer.alloc(SLOT_BYTES)
    slot.writeUInt32LE(MAGIC, 0)
    slot.writeDoubleLE(this.#sequence, 4)
    slot.writeDoubleLE(to.number, 12)
    slot.writeDoubleLE(to.offset, 20)
    slot.writeUInt32LE(crc32(slot.subarray(0, 28)), 28)
    return slot
  }

  get #slotOffset(): number {
    return (this.#sequence % 2) * SLOT_DISTANCE
  }
}

/** The content of a checkpoint's file. */
export interface ReadCheckpoint {
  readonly sequence: number
  /** The very start, when the file is missing or damaged. */
  readonly position: Position
}

const NOTHING: Position = { number: 0, offset: 0 }

/** Reads the checkpoint of a folder. When it is missing or damaged, nothing counts as acked. */
export async function readCheckpoint(fs: Files, folder: string): Promise<ReadCheckpoint> {
  let bytes: Buffer
  try {
    const { handle } = await openRegular(fs, join(folder, CHECKPOINT_NAME))
    bytes = await readAt(handle, 0, SLOT_DISTANCE + SLOT_BYTES).finally(() => handle.close())
  } catch {
    return { sequence: 0, position: NOTHING }
  }
  const slots = [readSlot(bytes, 0), readSlot(bytes, SLOT_DISTANCE)].filter((slot) => slot !== undefined)
  slots.sort((a, b) => b.sequence - a.sequence)
  return slots[0] ?? { sequence: 0, position: NOTHING }
}

function readSlot(bytes: Buffer, at: number): { sequence: number; position: Position } | undefined {
  const slot = bytes.subarray(at, at + SLOT_BYTES)
  if (slot.length < SLOT_BYTES || slot.readUInt32LE(0) !== MAGIC) return undefined
  if (slot.readUInt32LE(28) !== crc32(slot.subarray(0, 28))) return undefined
  const position = { number: slot.readDoubleLE(12), offset: slot.readDoubleLE(20) }
  return { sequence: slot.readDoubleLE(4), position }
}
