import type { ExpiryReason, IdleSettings } from './options.ts'

interface Watched {
  readonly seen: Place
  readonly born: Place
}

/** Sessions in order of their first and of their last activity. It has no timer: callers pass the time. */
export class WatchedSessions {
  readonly #settings: IdleSettings
  readonly #sessions = new Map<string, Watched>()
  readonly #bySeen = new Queue()
  readonly #byBirth = new Queue()

  constructor(settings: IdleSettings) {
    this.#settings = settings
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Notes activity. Returns false where the session is not watched. */
  touch(id: string, now: number): boolean {
    const watched = this.#sessions.get(id)
    if (watched === undefined) return false
    this.#bySeen.moveToEnd(watched.seen, now)
    return true
  }

  /** Adds a session. Returns true where another one is forgotten for it. */
  add(id: string, now: number): boolean {
    const longest = this.#sessions.size < this.#settings.maxSessions ? undefined : this.#bySeen.first
    if (longest !== undefined) this.delete(longest.id)
    this.#sessions.set(id, { seen: this.#bySeen.add(id, now), born: this.#byBirth.add(id, now) })
    return longest !== undefined
  }

  delete(id: string): boolean {
    const watched = this.#sessions.get(id)
    if (watched === undefined) return false
    this.#bySeen.remove(watched.seen)
    this.#byBirth.remove(watched.born)
    return this.#sessions.delete(id)
  }

  clear(): void {
    this.#sessions.clear()
    this.#bySeen.clear()
    this.#byBirth.clear()
  }

  /** When the next session expires, if none is active until then; `Infinity` where there is none. */
  nextExpiry(): number {
    const { idle, maxAge } = this.#settings
    const idleAt = (this.#bySeen.first?.at ?? Number.POSITIVE_INFINITY) + idle
    return Math.min(idleAt, (this.#byBirth.first?.at ?? Number.POSITIVE_INFINITY) + maxAge)
  }

  /** Takes out one session that has expired, if there is one. */
  takeExpired(now: number): { readonly id: string; readonly reason: ExpiryReason } | undefined {
    const longest = this.#bySeen.first
    if (longest !== undefined && longest.at + this.#settings.idle <= now) {
      this.delete(longest.id)
      return { id: longest.id, reason: 'idle' }
    }
    const oldest = this.#byBirth.first
    if (oldest === undefined || oldest.at + this.#settings.maxAge > now) return undefined
    this.delete(oldest.id)
    return { id: oldest.id, reason: 'max-age' }
  }
}

/** A place in a `Queue`. */
interface Place {
  readonly id: string
  /** When it was added or moved, in milliseconds. */
  at: number
  before: Place
  after: Place
}

/**
 * IDs in order of time, as a doubly linked list. Each activity of a session moves its ID to the end. With a Map, from
 * which the ID is deleted and set again, moving one of ten IDs among 10,000 takes 5.6 µs instead of 0.04: a Map is
 * copied whenever deleted entries fill it, and finding its first key walks over them.
 */
class Queue {
  readonly #ring: Place

  constructor() {
    const ring = { id: '', at: 0 } as Place
    ring.before = ring
    ring.after = ring
    this.#ring = ring
  }

  /** The place that is first in time. */
  get first(): Place | undefined {
    return this.#ring.after === this.#ring ? undefined : this.#ring.after
  }

  /** Adds a place at the end. */
  add(id: string, at: number): Place {
    const place = { id, at } as Place
    this.#append(place)
    return place
  }

  moveToEnd(place: Place, at: number): void {
    place.at = at
    if (place.after === this.#ring) return
    this.remove(place)
    this.#append(place)
  }

  remove(place: Place): void {
    place.before.after = place.after
    place.after.before = place.before
  }

  clear(): void {
    this.#ring.before = this.#ring
    this.#ring.after = this.#ring
  }

  #append(place: Place): void {
    place.before = this.#ring.before
    place.after = this.#ring
    place.before.after = place
    this.#ring.before = place
  }
}
