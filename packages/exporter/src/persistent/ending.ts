import { now } from '../deadline.ts'

/** So often what is left is sent after the event loop has run empty: sending fills it again, and then it is empty again. */
const MOST_ROUNDS = 2
/** The last look is for spans that listeners have ended in the last round. */
const MOST_LOOKS = MOST_ROUNDS + 1

/**
 * The end of a process that nobody asked for: the event loop is empty. Sending what is left then keeps the process
 * alive for that time, and listeners of the application that end spans or flush, each time, could do so for ever. So
 * all of it together is bounded in number and time.
 */
export class Ending {
  readonly #millis: number
  #until: number | undefined
  #rounds = 0
  #looks = 0
  #seen = 0

  /** @param millis how long all rounds may take */
  constructor(millis: number) {
    this.#millis = millis
  }

  /** The process has come to its end at least once. */
  get hasBegun(): boolean {
    return this.#until !== undefined
  }

  /** How long sending may still take; 0 where no more is to be sent. */
  get millisLeft(): number {
    if (this.#rounds >= MOST_ROUNDS || this.#until === undefined) return 0
    return Math.max(0, this.#until - now())
  }

  /** The event loop is empty. Says whether to look for what is left to send, which fills it again. */
  begin(): boolean {
    this.#until ??= now() + this.#millis
    return this.#looks++ < MOST_LOOKS
  }

  /** Whether to send once more: spans have ended since the last time, and there is time. */
  takesRound(ended: number): boolean {
    if (ended === this.#seen || this.millisLeft === 0) return false
    this.#seen = ended
    this.#rounds++
    return true
  }

  /** Whether a flush of the application may still make requests to a receiver that does not answer. */
  takesFlush(): boolean {
    if (this.millisLeft === 0) return false
    this.#rounds++
    return true
  }
}
