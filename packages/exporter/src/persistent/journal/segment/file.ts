import { constants } from 'node:fs'
import type { Fsync } from '../../options.ts'
import type { Files, System, Tasks } from '../context.ts'
import type { NewNames } from '../folder-names.ts'

/** The most buffers of one call: systems have a limit. */
const BUFFERS_AT_ONCE = 512
/** With `fsync: 'interval'`: how long written bytes may be in the system's memory only. */
const SYNC_MILLIS = 500

// Not exclusive: when the process is about to end, the file is opened within a call although a thread may have created it.
const FLAGS = constants.O_WRONLY | constants.O_CREAT

/**
 * The file of a segment while it is written. The first write creates it, off the event loop. It is closed when it is
 * finished and no call is using it.
 */
export class SegmentFile {
  readonly #fs: Files
  readonly #path: string
  readonly #header: Buffer
  readonly #names: NewNames
  #opening: Promise<number> | undefined
  #fd: number | undefined
  /** Whether the file starts with its header. */
  #isCreated = false
  #end: number
  #users = 0
  #isFinished = false
  #isClosed = false

  /** @param names has the folder of the file */
  constructor(fs: Files, path: string, header: Buffer, names: NewNames) {
    this.#fs = fs
    this.#path = path
    this.#header = header
    this.#names = names
    this.#end = header.length
  }

  /** Where the next record goes. */
  get end(): number {
    return this.#end
  }

  /** Sets bytes at the end of the file aside for a record, and returns their offset. */
  reserve(bytes: number): number {
    const offset = this.#end
    this.#end += bytes
    return offset
  }

  /**
   * Writes at a position, however little each call of the system writes. Rejects with the error of the system.
   *
   * @param isForced whether it is also forced to the disk
   */
  write(parts: readonly Buffer[], position: number, isForced: boolean): Promise<void> {
    return this.#use(async () => {
      const fd = this.#isCreated && this.#fd !== undefined ? this.#fd : await this.#open()
      await this.#writeParts(fd, parts, position)
      if (isForced) await this.#sync(fd)
    })
  }

  /** Writes within the call. Throws the error of the system. */
  writeSync(parts: readonly Buffer[], position: number): void {
    this.#fd ??= this.#fs.openSync(this.#path, FLAGS, 0o600)
    if (!this.#isCreated) {
      this.#writePartsSync(this.#fd, [this.#header], 0)
      this.#isCreated = true
    }
    this.#writePartsSync(this.#fd, parts, position)
  }

  /** Forces what was written to the disk. */
  sync(): Promise<void> {
    return this.#use(async () => {
      if (this.#fd !== undefined) await this.#sync(this.#fd)
    })
  }

  /** Forces what was written to the disk within the call. */
  syncSync(): void {
    if (this.#fd === undefined) return
    this.#fs.fdatasyncSync(this.#fd)
    this.#names.syncNow()
  }

  /** Nothing more will be written. */
  finish(): Promise<void> {
    this.#isFinished = true
    return this.#closeIfUnused()
  }

  /** Keeps the file open until some work is done. */
  async #use(work: () => Promise<void>): Promise<void> {
    this.#users += 1
    try {
      await work()
    } finally {
      this.#users -= 1
      await this.#closeIfUnused()
    }
  }

  async #closeIfUnused(): Promise<void> {
    if (!this.#isFinished || this.#isClosed || this.#users > 0) return
    this.#isClosed = true
    if (this.#fd !== undefined) await this.#close(this.#fd)
  }

  #close(fd: number): Promise<void> {
    return new Promise((resolve) => this.#fs.close(fd, () => resolve()))
  }

  /** Opens the file once, and writes its header. */
  #open(): Promise<number> {
    this.#opening ??= this.#openFile()
    return this.#opening
  }

  async #openFile(): Promise<number> {
    const opened = await new Promise<number>((resolve, reject) => {
      this.#fs.open(this.#path, FLAGS, 0o600, (error, fd) => (error ? reject(error) : resolve(fd)))
    })
    if (this.#fd === undefined) this.#fd = opened
    // It was opened within a call meanwhile.
    else await this.#close(opened)
    if (!this.#isCreated) {
      await this.#writeParts(this.#fd, [this.#header], 0)
      this.#isCreated = true
    }
    return this.#fd
  }

  async #sync(fd: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()))
    })
    await this.#names.sync()
  }

  async #writeParts(fd: number, parts: readonly Buffer[], position: number): Promise<void> {
    let rest = parts
    for (let at = position; rest.length > 0; ) {
      const some = rest.slice(0, BUFFERS_AT_ONCE)
      const written = await new Promise<number>((resolve, reject) => {
        this.#fs.writev(fd, some, at, (error, bytes) => (error ? reject(error) : resolve(bytes)))
      })
      rest = after(rest, written)
      at += written
    }
  }

  #writePartsSync(fd: number, parts: readonly Buffer[], position: number): void {
    let rest = parts
    for (let at = position; rest.length > 0; ) {
      const written = this.#fs.writevSync(fd, rest.slice(0, BUFFERS_AT_ONCE), at)
      rest = after(rest, written)
      at += written
    }
  }
}

/** The parts that are left after some bytes of them were written. */
function after(parts: readonly Buffer[], written: number): readonly Buffer[] {
  // Some systems write nothing, again and again and without an error, when the disk is full.
  if (written <= 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
  let left = written
  let index = 0
  while (index < parts.length && left >= (parts[index] as Buffer).length) {
    left -= (parts[index] as Buffer).length
    index += 1
  }
  const rest = parts.slice(index)
  if (left > 0) rest[0] = (rest[0] as Buffer).subarray(left)
  return rest
}

/** Forces files to the disk every 500 ms, with `fsync: 'interval'`. */
export class Syncer {
  readonly #system: System
  readonly #fsync: Fsync
  readonly #tasks: Tasks
  readonly #onError: (error: unknown) => void
  readonly #dirty = new Set<SegmentFile>()
  readonly #syncing = new Map<SegmentFile, Promise<void>>()
  #stop: (() => void) | undefined

  constructor(system: System, fsync: Fsync, tasks: Tasks, onError: (error: unknown) => void) {
    this.#system = system
    this.#fsync = fsync
    this.#tasks = tasks
    this.#onError = onError
  }

  /** A file was written to. */
  touch(file: SegmentFile): void {
    if (this.#fsync !== 'interval') return
    this.#dirty.add(file)
    this.#stop ??= this.#system.every(SYNC_MILLIS, () => this.#syncAll())
  }

  /** Syncs a file a last time and closes it: nothing more is written to it. */
  finish(file: SegmentFile): void {
    const synced = this.#dirty.delete(file) ? this.#sync(file) : Promise.resolve()
    this.#tasks.add(synced.then(() => file.finish()))
  }

  /** Forces to the disk what was written until now. Never rejects. */
  async sync(): Promise<void> {
    this.#syncDirty()
    await Promise.all(this.#syncing.values())
  }

  /** The same within the call. Throws the error of the system. */
  syncNow(): void {
    // What a thread is forcing at this moment is forced again: the power may fail before it is done.
    for (const file of new Set([...this.#syncing.keys(), ...this.#dirty])) file.syncSync()
    this.#dirty.clear()
  }

  /** Stops the timer. `finish` syncs what is left. */
  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #syncAll(): void {
    // On a slow disk, no more calls than one round has.
    if (this.#syncing.size > 0) return
    if (this.#dirty.size === 0) {
      this.close()
      return
    }
    this.#syncDirty()
  }

  #syncDirty(): void {
    const files = [...this.#dirty]
    this.#dirty.clear()
    for (const file of files) this.#tasks.add(this.#sync(file))
  }

  #sync(file: SegmentFile): Promise<void> {
    const synced: Promise<void> = file
      .sync()
      .catch(this.#onError)
      .finally(() => {
        if (this.#syncing.get(file) === synced) this.#syncing.delete(file)
      })
    this.#syncing.set(file, synced)
    return synced
  }
}
