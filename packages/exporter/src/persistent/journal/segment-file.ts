import type { Files } from './system.ts'

/** A segment's file while it is written. It is closed when nothing more comes and nobody is using it. */
export class SegmentFile {
  readonly fd: number
  /** Where the next record goes. */
  end: number
  /** Written to since it was last forced to the disk. */
  isDirty = false
  readonly #fs: Files
  #users = 0
  #isFinished = false
  #isClosed = false

  constructor(fs: Files, fd: number, end: number) {
    this.#fs = fs
    this.fd = fd
    this.end = end
  }

  /** Does something with the file; it stays open meanwhile. */
  async with<T>(work: () => Promise<T>): Promise<T> {
    this.#users += 1
    try {
      return await work()
    } finally {
      this.#users -= 1
      await this.#closeIfUnused()
    }
  }

  /** Forces what was written to the disk itself. */
  sync(): Promise<void> {
    this.isDirty = false
    return this.with(() => {
      return new Promise((resolve, reject) => {
        this.#fs.fdatasync(this.fd, (error) => (error ? reject(error) : resolve()))
      })
    })
  }

  /** Nothing more is written. */
  finish(): Promise<void> {
    this.#isFinished = true
    return this.#closeIfUnused()
  }

  async #closeIfUnused(): Promise<void> {
    if (!this.#isFinished || this.#isClosed || this.#users > 0) return
    this.#isClosed = true
    await new Promise<void>((resolve) => this.#fs.close(this.fd, () => resolve()))
  }
}
