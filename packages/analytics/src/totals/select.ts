import { checkOptions, kindOf, numberOrKind } from '@otel-sessions/semconv/internal'
import { allWork } from './models.ts'
import { costOf, durationOf } from './read-totals.ts'
import type { Session } from './session.ts'

/** What sessions can be sorted by: fields of `SessionTotals`. */
export type SessionSort =
  | 'lastTime'
  | 'firstTime'
  | 'duration'
  | 'tokens'
  | 'cost'
  | 'spans'
  | 'traces'
  | 'llmCalls'
  | 'errors'

/** Which sessions `sessions()` returns, and in which order. */
export interface SessionQuery {
  /**
   * The field to sort by: the largest or latest first, then by ID. Sessions with an unknown cost come last.
   *
   * @default 'lastTime'
   */
  readonly sort?: SessionSort | undefined
  /** The largest number of sessions to return: a whole number from 0. Without it, all. */
  readonly limit?: number | undefined
}

const SORT_KEYS = {
  lastTime: ({ lastTime }) => lastTime,
  firstTime: ({ firstTime, hasTime }) => (hasTime ? firstTime : Number.NEGATIVE_INFINITY),
  duration: durationOf,
  tokens: (session) => allWork(session).total,
  cost: (session) => costOf(allWork(session))?.total ?? Number.NEGATIVE_INFINITY,
  spans: ({ spans }) => spans,
  traces: ({ traces }) => traces,
  llmCalls: (session) => allWork(session).llmCalls,
  errors: ({ errors }) => errors,
} satisfies Record<SessionSort, (session: Session) => number>

interface Keyed {
  readonly session: Session
  readonly key: number
}

/** Negative if the first comes first. */
const compare = (one: Keyed, other: Keyed): number => {
  if (one.key !== other.key) return one.key > other.key ? -1 : 1
  return one.session.id < other.session.id ? -1 : 1
}

/**
 * Sorts and limits sessions. With a limit, it keeps no more than that many at a time.
 *
 * @throws TypeError or RangeError that names what is wrong with the query
 */
export function selected(all: Iterable<Session>, query: SessionQuery): Session[] {
  const own = checkOptions('SessionAnalytics: sessions()', query, ['sort', 'limit'])
  const { sort = 'lastTime', limit = Number.POSITIVE_INFINITY } = own
  if (!Object.hasOwn(SORT_KEYS, sort)) {
    const names = Object.keys(SORT_KEYS).join(', ')
    throw new TypeError(`SessionAnalytics: sort must be one of ${names}; it is ${kindOf(sort)}`)
  }
  if (own.limit !== undefined && !(Number.isInteger(limit) && limit >= 0)) {
    throw new RangeError(
      `SessionAnalytics: limit must be a whole number from 0, or left out for all; it is ${numberOrKind(limit)}`,
    )
  }
  const keyOf: (session: Session) => number = SORT_KEYS[sort]
  const first = new FirstFew(limit)
  for (const session of all) first.add({ session, key: keyOf(session) })
  return first.sorted().map(({ session }) => session)
}

/** The first few in the order, in a heap whose top is the last of them. */
class FirstFew {
  readonly #heap: Keyed[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  add(keyed: Keyed): void {
    const heap = this.#heap
    if (heap.length < this.#limit) {
      heap.push(keyed)
      if (this.#limit !== Number.POSITIVE_INFINITY) this.#rise(heap.length - 1)
    } else if (heap[0] !== undefined && compare(keyed, heap[0]) < 0) {
      heap[0] = keyed
      this.#sink()
    }
  }

  sorted(): Keyed[] {
    return this.#heap.sort(compare)
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1
      if (!this.#isAfter(at, above)) return
      this.#swap(at, above)
      at = above
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      let last = left < this.#heap.length && this.#isAfter(left, at) ? left : at
      if (left + 1 < this.#heap.length && this.#isAfter(left + 1, last)) last = left + 1
      if (last === at) return
      this.#swap(at, last)
      at = last
    }
  }

  #isAfter(one: number, other: number): boolean {
    return compare(this.#heap[one] as Keyed, this.#heap[other] as Keyed) > 0
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one] as Keyed
    this.#heap[one] = this.#heap[other] as Keyed
    this.#heap[other] = kept
  }
}
