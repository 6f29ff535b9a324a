import type { Turn } from '../program.ts'

/** All turns of a round in one tick, or each directly after the end of the one before. */
export type RoundOrder = 'oneTick' | 'inSequence'

/** A round that begins when all its requests have arrived. */
export interface Round {
  readonly order: RoundOrder
  readonly size: number
}

/** The body of a request; without a round, its turn begins at once. */
export interface TurnRequest {
  readonly turn: Turn
  readonly round?: Round | undefined
}

/** Holds the turns of a round until all have arrived. Each runs in the context of its own request. */
export class Rounds {
  #begin: (() => void)[] = []
  #last: Promise<unknown> = Promise.resolve()

  async run(round: Round | undefined, work: () => Promise<void>): Promise<void> {
    if (round === undefined) return work()
    await new Promise<void>((resolve) => {
      this.#begin.push(resolve)
      if (this.#begin.length === round.size) for (const begin of this.#begin.splice(0)) begin()
    })
    if (round.order === 'oneTick') return work()
    const done = this.#last.then(work)
    this.#last = done
    return done
  }
}
