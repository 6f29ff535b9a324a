/** Work that nobody waits for until the end. */
export class Tasks {
  readonly #running = new Set<Promise<void>>()

  /** A failure is of no consequence: whoever starts such work has said so. */
  add(work: Promise<unknown>): void {
    const done: Promise<void> = work.then(
      () => {},
      () => {},
    )
    this.#running.add(done)
    void done.then(() => this.#running.delete(done))
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
