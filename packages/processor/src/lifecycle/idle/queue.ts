/** A place in a `Queue`. */
export interface Place {
  readonly id: string
  /** When it came here, in milliseconds. */
  at: number
  before: Place
  after: Place
}

/**
 * IDs by the time at which they came, the first in front; each goes to the end, or out, at the same small price.
 * Not a Map of which the first is taken: that walks over everything that was deleted in front of it.
 */
export class Queue {
  readonly #ring: Place

  constructor() {
    const ring = { id: '', at: 0 } as Place
    ring.before = ring
    ring.after = ring
    this.#ring = ring
  }

  /** The one that came first. */
  get first(): Place | undefined {
    return this.#ring.after === this.#ring ? undefined : this.#ring.after
  }

  /** A new place at the end. */
  add(id: string, at: number): Place {
    const place = { id, at } as Place
    this.#append(place)
    return place
  }

  /** From where it is to the end. */
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
