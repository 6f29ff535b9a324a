import type { ExpiryReason, IdleSettings } from './options.ts'
import { type Place, Queue } from './queue.ts'

interface Watched {
  readonly seen: Place
  readonly born: Place
}

/** Sessions with their last and their first sign of life. Knows no timer: it is told the time. */
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

  /** A sign of life of a session that is watched; false: it is not. */
  touch(id: string, now: number): boolean {
    const watched = this.#sessions.get(id)
    if (watched === undefined) return false
    this.#bySeen.moveToEnd(watched.seen, now)
    return true
  }

  /** Watches one more; true: another was forgotten for it. */
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

  /** When the next session is over, if nothing happens; `Infinity` where there is none. */
  nextExpiry(): number {
    const { idle, maxAge } = this.#settings
    const idleAt = (this.#bySeen.first?.at ?? Number.POSITIVE_INFINITY) + idle
    return Math.min(idleAt, (this.#byBirth.first?.at ?? Number.POSITIVE_INFINITY) + maxAge)
  }

  /** Takes out one session that is over, if there is one. */
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
