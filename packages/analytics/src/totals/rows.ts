import { BIRTH, FIRST, LAST, LATENCY_SLOTS, type Sum, WHOLE_WIDTH, WIDE_WIDTH } from './fields.ts'
import type { Models } from './models.ts'
import { RareFields } from './rare-fields.ts'
import type { Labels, Values } from './value-sets.ts'

const SHIFT = 8
const ROWS = 1 << SHIFT
const MASK = ROWS - 1
const CARRY = 2 ** 32

/** The columns of 256 rows. The fields of a row are adjacent, so that a cold session costs few cache lines. */
class Page {
  readonly whole = new Uint32Array(ROWS * WHOLE_WIDTH)
  readonly wide = new Float64Array(ROWS * WIDE_WIDTH)
  readonly slots = new Uint16Array(ROWS * LATENCY_SLOTS)
  readonly ids = empty<string>()
  /** A string if the session has one user, which is the usual case. */
  readonly users = empty<string | Values>()
  readonly labels = empty<Labels>()
  /** A string if the session has one model. */
  readonly models = empty<string | Models>()
  readonly rare = empty<RareFields>()
}

const empty = <T>(): (T | undefined)[] => new Array<T | undefined>(ROWS).fill(undefined)

/**
 * The totals of all sessions, in numbered rows of typed columns. Rows are in pages, so that a new session never copies the
 * others. Fields that few sessions have are in an object.
 */
export class Rows {
  readonly #pages: Page[] = []
  readonly #free: number[] = []
  #next = 0
  #births = 0

  /** Returns an empty row for a session. */
  add(id: string): number {
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

  /** Empties a row, which is then used for another session. */
  remove(row: number): void {
    const page = this.page(row)
    const at = row & MASK
    page.whole.fill(0, at * WHOLE_WIDTH, (at + 1) * WHOLE_WIDTH)
    page.wide.fill(0, at * WIDE_WIDTH, (at + 1) * WIDE_WIDTH)
    page.slots.fill(0, at * LATENCY_SLOTS, (at + 1) * LATENCY_SLOTS)
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

  rare(row: number): RareFields | undefined {
    return this.page(row).rare[row & MASK]
  }

  /** Returns the rare fields of a row, which it has from now on. */
  obtainRare(row: number): RareFields {
    const page = this.page(row)
    const at = row & MASK
    page.rare[at] ??= new RareFields()
    return page.rare[at]
  }

  /** Returns a field that is not a sum, and therefore always fits into its column. */
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

  /** Extends the period of a row. */
  widen(row: number, first: number, last: number): void {
    const { wide } = this.page(row)
    const at = (row & MASK) * WIDE_WIDTH
    if (first < (wide[at + FIRST] as number)) wide[at + FIRST] = first
    if (last > (wide[at + LAST] as number)) wide[at + LAST] = last
  }

  /** Adds numbers to several sums, or subtracts them if `by` is -1. */
  addAll(row: number, fields: readonly Sum[], numbers: ArrayLike<number>, by: 1 | -1): void {
    const { whole } = this.page(row)
    const start = (row & MASK) * WHOLE_WIDTH
    for (let index = 0; index < fields.length; index++) {
      const number = numbers[index] as number
      if (number === 0) continue
      const field = fields[index] as Sum
      const sum = (whole[start + field] as number) + by * number
      if (sum >= 0 && sum < CARRY) whole[start + field] = sum
      else this.addTo(row, field, by * number)
    }
  }

  /** Adds a number, which may be negative, to a sum. */
  addTo(row: number, field: Sum, by: number): void {
    const { whole } = this.page(row)
    const at = (row & MASK) * WHOLE_WIDTH + field
    const sum = (whole[at] as number) + by
    if (sum >= 0 && sum < CARRY) {
      whole[at] = sum
      return
    }
    const carry = Math.floor(sum / CARRY)
    whole[at] = sum - carry * CARRY
    const { carries } = this.obtainRare(row)
    carries.set(field, (carries.get(field) ?? 0) + carry)
  }

  sum(row: number, field: Sum): number {
    const carried = this.rare(row)?.carries.get(field)
    return this.get(row, field) + (carried === undefined ? 0 : carried * CARRY)
  }
}
