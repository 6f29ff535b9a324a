export type Step = 'go on' | 'stop'

/**
 * What becomes of the session of a shape. `leaks`: it is kept, but what the consumer listens with runs in it,
 * too, as it does without us: Node emits from where it produces.
 */
export type Outcome = 'kept' | 'lost' | 'leaks'

/**
 * One way to make something inside session A and to consume it outside any session, and inside session B.
 *
 * It is kept when all that it does is in A and all that the consumer does is where the consumer is.
 */
export interface Cell<T = unknown> {
  /** A row of the table. */
  readonly shape: string
  /** How it is consumed, for example `by for await`. */
  readonly consumed: string
  /**
   * Creates it, inside `usingSession`, which returns it. Its own work creates spans named `body`, and `cleanup`
   * where it is ended early.
   *
   * @param bind `bindSession`, or nothing: each cell runs with and without it
   */
  readonly make: (bind: <V extends object>(value: V) => V) => T
  /** Consumes it. `each` stands for the consumer's own work. */
  readonly consume: (made: T, each: Each) => void | Promise<void>
  /** What becomes of it in `usingSession` alone. */
  readonly alone: Outcome
  /** What becomes of it with `bindSession` as well. */
  readonly bound: Outcome
  /** Why it is lost, and the way out. */
  readonly note?: string
  /** The major version of Node from which on it is lost all the same. */
  readonly lostFromNode?: number
}

/** The consumer's own work, and the session that it enters, if it does. */
export type Each = (session?: string) => Step

/** Keeps the types of one cell together; the list does not know them. */
export function cell<T>(given: Cell<T>): Cell {
  return given as Cell
}

/** The same making consumed in several ways, each a cell. */
export function cells<T>(
  shape: string,
  make: Cell<T>['make'],
  ways: Record<string, Cell<T>['consume']>,
  outcome: Pick<Cell, 'alone' | 'bound' | 'note'>,
): Cell[] {
  return Object.entries(ways).map(([consumed, consume]) =>
    cell({ shape, consumed, make, consume, ...outcome }),
  )
}

export const KEPT = { alone: 'kept', bound: 'kept' } as const
export const NEEDS_BINDING = { alone: 'lost', bound: 'kept' } as const
export const LEAKS_UNBOUND = { alone: 'leaks', bound: 'kept' } as const
export const lost = (note: string) => ({ alone: 'lost', bound: 'lost', note }) as const
