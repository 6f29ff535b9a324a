import type { Fingerprint } from './fingerprint.ts'

const MOST = 1 << 13
const SIZE = MOST * 2

/**
 * Which traces have been counted for which sessions, for at least the last 8,192 of them: a set of fingerprints in
 * two generations, the older of which is forgotten as a whole. What is asked for stays.
 */
export class Visits {
  // Always empty, until there is something to remember.
  #young = new Int32Array(2)
  #old = new Int32Array(2)
  #count = MOST
  /** How often a generation was forgotten, modulo 2^31; 0 until the first visit. */
  turns = 0

  /** Whether a session has been here with this trace; from now on it has. */
  see(visit: Fingerprint): boolean {
    // 0, 0 is an empty place.
    const low = visit.low === 0 && visit.high === 0 ? 1 : visit.low
    if (this.#count >= MOST) this.#turn()
    const at = find(this.#young, visit.high, low)
    if (!isEmpty(this.#young, at)) return true
    const known = !isEmpty(this.#old, find(this.#old, visit.high, low))
    this.#young[at] = visit.high
    this.#young[at + 1] = low
    this.#count++
    return known
  }

  #turn(): void {
    const forgotten = this.#old
    this.#old = this.#young
    this.#young = forgotten.length === SIZE * 2 ? forgotten.fill(0) : new Int32Array(SIZE * 2)
    this.#count = 0
    this.turns = (this.turns + 1) & 0x7fffffff
  }
}

const isEmpty = (table: Int32Array, at: number): boolean => table[at] === 0 && table[at + 1] === 0

function find(table: Int32Array, high: number, low: number): number {
  const mask = table.length - 1
  let at = (high * 2) & mask
  while (!isEmpty(table, at) && (table[at] !== high || table[at + 1] !== low)) at = (at + 2) & mask
  return at
}
