import type { RootSpan } from './root-span.ts'

/** Whoever gives the same stream in more traces than this gives something shared, and not made for the trace. */
const MOST_ROOTS = 8

const abandoned =
  typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry<readonly RootSpan[]>((roots) => {
        for (const root of roots) root.leave()
      })
    : undefined

/**
 * What the replaced methods of a stream, and of all that was opened on it, hold on to. When nobody can read any more,
 * it goes with them, and that is the end of a stream that was left without a word.
 */
export class StreamWatch {
  readonly #roots: RootSpan[] = []
  #isOver = false

  /** The traces, in each other, that gave the stream end with it. Gives whether this one does. */
  join(root: RootSpan): boolean {
    if (this.#isOver || this.#roots.length >= MOST_ROOTS) return false
    if (this.#roots.length === 0) abandoned?.register(this, this.#roots, this)
    this.#roots.push(root)
    root.waits()
    return true
  }

  /** Somebody reads. */
  isRead(): void {
    for (const root of this.#roots) root.isActive()
  }

  over(): void {
    this.#finish((root) => root.end())
  }

  failed(error: unknown): void {
    this.#finish((root) => root.fail(error))
  }

  #finish(end: (root: RootSpan) => void): void {
    if (this.#isOver) return
    this.#isOver = true
    abandoned?.unregister(this)
    for (const root of this.#roots) end(root)
  }
}
