import { NEWER, OLDER, TICK } from './fields.ts'
import type { Rows } from './rows.ts'

/** No row. */
export const NONE = -1

/**
 * Which row a session has, and the order in which they were used. The order is a list through the rows, so that the
 * one that was not used for longest is at hand: a map that is used as such a list walks over what it has deleted.
 */
export class Sessions {
  readonly #rows: Rows
  readonly #index = new Map<string, number>()
  readonly #most: number
  readonly #leave: (row: number, isIdle: boolean) => void
  #newest = NONE
  #oldest = NONE
  #lastId = ''
  #lastRow = NONE
  /** Goes up a few times in the time after which an unused session goes. */
  tick = 0

  /**
   * @param most how many sessions there may be
   * @param leave called with the row of a session that goes, which is in no order any more, while its columns are still there
   */
  constructor(rows: Rows, most: number, leave: (row: number, isIdle: boolean) => void) {
    this.#rows = rows
    this.#most = most
    this.#leave = leave
  }

  get size(): number {
    return this.#index.size
  }

  find(id: string): number {
    if (id === this.#lastId) return this.#lastRow
    const row = this.#index.get(id)
    if (row === undefined) return NONE
    this.#lastId = id
    this.#lastRow = row
    return row
  }

  /** The row of a session, which is used; it gets one where it has none. */
  obtain(id: string): number {
    const row = this.find(id)
    if (row === NONE) return this.#add(id)
    this.#touch(row)
    return row
  }

  /** Makes a row for a session that has none; where there are too many, the one unused for longest goes. */
  #add(id: string): number {
    if (this.#index.size >= this.#most) this.#remove(this.#oldest, false)
    const row = this.#rows.take(id)
    this.#index.set(id, row)
    this.#rows.set(row, TICK, this.tick)
    this.#link(row)
    return row
  }

  /** Notes that a session was used. */
  #touch(row: number): void {
    this.#rows.set(row, TICK, this.tick)
    if (row === this.#newest) return
    this.#unlink(row)
    this.#link(row)
  }

  /**
   * Lets sessions go that have not been used for so many ticks.
   *
   * @returns whether there may be more
   */
  removeUnused(ticks: number, most: number): boolean {
    for (let count = 0; count < most; count++) {
      if (this.#oldest === NONE) return false
      // Modulo 2^32, as the column is.
      if ((this.tick - this.#rows.get(this.#oldest, TICK)) >>> 0 < ticks) return false
      this.#remove(this.#oldest, true)
    }
    return true
  }

  /** All rows. */
  rows(): IterableIterator<number> {
    return this.#index.values()
  }

  #remove(row: number, isIdle: boolean): void {
    const id = this.#rows.id(row)
    if (id === this.#lastId) {
      this.#lastId = ''
      this.#lastRow = NONE
    }
    this.#index.delete(id)
    this.#unlink(row)
    this.#leave(row, isIdle)
    this.#rows.drop(row)
  }

  // In the columns a neighbour is kept as its row + 1, so that 0 is none.
  #link(row: number): void {
    this.#rows.set(row, NEWER, 0)
    this.#rows.set(row, OLDER, this.#newest + 1)
    if (this.#newest !== NONE) this.#rows.set(this.#newest, NEWER, row + 1)
    this.#newest = row
    if (this.#oldest === NONE) this.#oldest = row
  }

  #unlink(row: number): void {
    const newer = this.#rows.get(row, NEWER) - 1
    const older = this.#rows.get(row, OLDER) - 1
    if (newer === NONE) this.#newest = older
    else this.#rows.set(newer, OLDER, older + 1)
    if (older === NONE) this.#oldest = newer
    else this.#rows.set(older, NEWER, newer + 1)
  }
}
