/** Does one piece of work after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #left = 0

  /** Whether nothing is under way. */
  get areIdle(): boolean {
    return this.#left === 0
  }

  /** Does some work once everything that came before has ended, even if it failed. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#left += 1
    const done = this.#last.then(work, work).finally(() => {
      this.#left -= 1
    })
    this.#last = done
    return done
  }
}
