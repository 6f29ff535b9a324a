/** A clock that stands still when the process does: a thread that counts its turns, beside the one that is watched. */
import { Worker } from 'node:worker_threads'

const BEAT_MILLIS = 10
const COUNT = `
  const { workerData } = require('node:worker_threads')
  setInterval(() => Atomics.add(workerData, 0, 1), ${BEAT_MILLIS})`

export interface Beats {
  /** Milliseconds in which the process had a processor; on a busy machine fewer than went by. */
  now(): number
}

/** Resolves when the thread counts. It does not keep the process alive. */
export async function startBeats(): Promise<Beats> {
  const count = new Int32Array(new SharedArrayBuffer(4))
  const thread = new Worker(COUNT, { eval: true, workerData: count, execArgv: [] })
  thread.unref()
  while (Atomics.load(count, 0) === 0) await new Promise((resolve) => setTimeout(resolve, BEAT_MILLIS))
  return { now: () => Atomics.load(count, 0) * BEAT_MILLIS }
}

/** The longest time between two turns of the event loop, by a clock. */
export class Turns {
  readonly #clock: Beats
  readonly #timer: NodeJS.Timeout
  #last: number
  #longest = 0

  constructor(clock: Beats) {
    this.#clock = clock
    this.#last = clock.now()
    this.#timer = setInterval(() => this.#turn(), BEAT_MILLIS)
  }

  /** Ends the watch. */
  end(): number {
    clearInterval(this.#timer)
    this.#turn()
    return this.#longest
  }

  #turn(): void {
    const now = this.#clock.now()
    this.#longest = Math.max(this.#longest, now - this.#last)
    this.#last = now
  }
}
