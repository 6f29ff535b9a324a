import { SLOTS } from './columns.ts'
import { BIRTH, FIRST, LAST, type Sum, WHOLE_WIDTH, WIDE_WIDTH } from './fields.ts'
import type { ModelBook } from './models.ts'
import { Rare } from './rare-fields.ts'
import type { Labels, Values } from './value-sets.ts'

const SHIFT = 8
const ROWS = 1 << SHIFT
const MASK = ROWS - 1
const WORD = 2 ** 32

/** Columns of some rows. Fields of one row lie side by side, so that a cold session costs few cache lines. */
class Page {
  readonly whole = new Uint32Array(ROWS * WHOLE_WIDTH)
  readonly wide = new Float64Array(ROWS * WIDE_WIDTH)
  readonly slots = new Uint16Array(ROWS * SLOTS)
  readonly ids = empty<string>()
  /** One user is kept as a string: it is the usual case. */
  readonly users = empty<string | Values>()
  readonly labels = empty<Labels>()
  /** The one model of the session, or all of them where there are several. */
  readonly models = empty<string | ModelBook>()
  readonly rare = empty<Rare>()
}

const empty = <T>(): (T | undefined)[] => new Array<T | undefined>(ROWS).fill(undefined)

/**
 * What is kept of sessions: numbered rows of typed columns, in pages, so that more sessions never copy those that are
 * there. What few sessions have is in an object of its own.
 */
export class Rows {
  readonly #pages: Page[] = []
  readonly #free: number[] = []
  #next = 0
  #births = 0

  /** A fresh row for a session. */
  take(id: string): number {
    const row = this.#free.pop() ?? this.#next++
    if (row >> SHIFT === this.#pages.length) this.#pages.push(new Page())
    const page = this.page(row)
    const at = row & MASK
    page.ids[at] = id
    page.whole[at * WHOLE_WIDTH + BIRTH] = ++this.#births
    page.wide[at * WIDE_WIDTH + FIRST] = Number.POSITIVE_INFINITY
    page.wide[at * WIDE_WIDTH + LAST] = Number.NEGATIVE_INFINITY
    return row
  }

  /** Gives a row back, empty. */
  drop(row: number): void {
    const page = this.page(row)
    const at = row & MASK
    page.whole.fill(0, at * WHOLE_WIDTH, (at + 1) * WHOLE_WIDTH)
    page.wide.fill(0, at * WIDE_WIDTH, (at + 1) * WIDE_WIDTH)
    page.slots.fill(0, at * SLOTS, (at + 1) * SLOTS)
    page.ids[at] = undefined
    page.users[at] = undefined
    page.labels[at] = undefined
    page.models[at] = undefined
    page.rare[at] = undefined
    this.#free.push(row)
  }

  page(row: number): Page {
    return this.#pages[row >> SHIFT] as Page
  }

  at(row: number): number {
    return row & MASK
  }

  id(row: number): string {
    return this.page(row).ids[row & MASK] as string
  }

  rare(row: number): Rare | undefined {
    return this.page(row).rare[row & MASK]
  }

  rareOf(row: number): Rare {
    const page = this.page(row)
    const at = row & MASK
    page.rare[at] ??= new Rare()
    return page.rare[at]
  }

  /** A field that is no sum: it fits. */
  get(row: number, field: number): number {
    return this.page(row).whole[(row & MASK) * WHOLE_WIDTH + field] as number
  }

  set(row: number, field: number, value: number): void {
    this.page(row).whole[(row & MASK) * WHOLE_WIDTH + field] = value
  }

  wide(row: number, field: number): number {
    return this.page(row).wide[(row & MASK) * WIDE_WIDTH + field] as number
  }

  addWide(row: number, field: number, by: number): void {
    const { wide } = this.page(row)
    const at = (row & MASK) * WIDE_WIDTH + field
    wide[at] = (wide[at] as number) + by
  }

  /** Widens the time from the first to the last that a row has. */
  widen(row: number, first: number, last: number): void {
    const { wide } = this.page(row)
    const at = (row & MASK) * WIDE_WIDTH
    if (first < (wide[at + FIRST] as number)) wide[at + FIRST] = first
    if (last > (wide[at + LAST] as number)) wide[at + LAST] = last
  }

  /** Adds some numbers, times `by`, each to its sum. */
  addAll(row: number, fields: readonly Sum[], numbers: ArrayLike<number>, by: 1 | -1): void {
    const { whole } = this.page(row)
    const start = (row & MASK) * WHOLE_WIDTH
    for (let index = 0; index < fields.length; index++) {
      const number = numbers[index] as number
      if (number === 0) continue
      const field = fields[index] as Sum
      const sum = (whole[start + field] as number) + by * number
      if (sum >= 0 && sum < WORD) whole[start + field] = sum
      else this.add(row, field, by * number)
    }
  }

  /** Adds to a sum; `by` may be negative where something is taken back. */
  add(row: number, field: Sum, by: number): void {
    const { whole } = this.page(row)
    const at = (row & MASK) * WHOLE_WIDTH + field
    const sum = (whole[at] as number) + by
    if (sum >= 0 && sum < WORD) {
      whole[at] = sum
      return
    }
    const words = Math.floor(sum / WORD)
    whole[at] = sum - words * WORD
    const { carries } = this.rareOf(row)
    carries.set(field, (carries.get(field) ?? 0) + words)
  }

  sum(row: number, field: Sum): number {
    const carried = this.rare(row)?.carries.get(field)
    return this.get(row, field) + (carried === undefined ? 0 : carried * WORD)
  }
}
