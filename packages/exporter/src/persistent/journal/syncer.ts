import type { Fsync } from '../options.ts'
import type { SegmentFile } from './segment-file.ts'
import type { System } from './system.ts'
import type { Tasks } from './tasks.ts'

/** Bytes that stand in the system's memory only are lost with the power; this is how long they may. */
const INTERVAL_MILLIS = 500

/** Forces files to the disk itself from time to time, where that is asked for. */
export class Syncer {
  readonly #system: System
  readonly #fsync: Fsync
  readonly #tasks: Tasks
  readonly #onError: (error: unknown) => void
  readonly #dirty = new Set<SegmentFile>()
  #stop: (() => void) | undefined

  constructor(system: System, fsync: Fsync, tasks: Tasks, onError: (error: unknown) => void) {
    this.#system = system
    this.#fsync = fsync
    this.#tasks = tasks
    this.#onError = onError
  }

  /** Something was written to a file. */
  touch(file: SegmentFile): void {
    if (this.#fsync !== 'interval') return
    this.#dirty.add(file)
    this.#stop ??= this.#system.every(INTERVAL_MILLIS, () => this.#syncAll())
  }

  /** Nothing more is written to a file: it is synced a last time and closed. */
  finish(file: SegmentFile): void {
    const isDirty = this.#dirty.delete(file)
    const sync = isDirty ? file.sync().catch(this.#onError) : Promise.resolve()
    this.#tasks.add(sync.then(() => file.finish()))
  }

  /** The timer's end; what is dirty is synced by `finish`. */
  close(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #syncAll(): void {
    if (this.#dirty.size === 0) {
      this.close()
      return
    }
    const files = [...this.#dirty]
    this.#dirty.clear()
    for (const file of files) this.#tasks.add(file.sync().catch(this.#onError))
  }
}
