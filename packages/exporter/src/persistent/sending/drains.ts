/** Somebody who waits until marked spans are answered for. */
interface Drain {
  readonly left: () => number
  readonly untilFailure: boolean
  readonly end: () => void
}

/** Who waits. */
export class Drains {
  readonly #all = new Set<Drain>()

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /**
   * Resolves to how many of the spans are left: none, or after `millis`, or at the first failure. Its timer keeps the
   * process alive, because somebody awaits it.
   */
  wait(left: () => number, millis: number, untilFailure: boolean): Promise<number> {
    return new Promise((resolve) => {
      const drain: Drain = {
        left,
        untilFailure,
        end: () => {
          clearTimeout(timer)
          this.#all.delete(drain)
          resolve(left())
        },
      }
      const timer = setTimeout(drain.end, millis)
      this.#all.add(drain)
      this.check()
    })
  }

  /** Something was answered for. */
  check(): void {
    for (const drain of this.#all) if (drain.left() === 0) drain.end()
  }

  /** A request failed. */
  failed(): void {
    for (const drain of this.#all) if (drain.untilFailure) drain.end()
  }

  /** Nothing will be sent any more. */
  end(): void {
    for (const drain of this.#all) drain.end()
  }
}
