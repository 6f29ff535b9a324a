import { numberOf } from '../numbered-spans.ts'
import type { Report } from './messages.ts'
import { type Received, spanIdsOf } from './span-ids.ts'

/** The number of a span of the benchmark; undefined for a foreign ID. */
export const numberOfId = (id: Buffer): number | undefined =>
  id.length === 8 ? numberOf(id.readUInt32BE(0), id.readUInt32BE(4)) : undefined

/** Counts accepted requests. Stores the bodies and decodes them in `report()`, so that nothing is decoded meanwhile. */
export class Tally {
  readonly #waiting: Received[] = []
  readonly #seen = new Set<number>()
  #duplicates = 0
  #foreign = 0
  #wireBytes = 0
  requests = 0
  turnedAway = 0

  take(received: Received): void {
    this.#waiting.push(received)
    this.#wireBytes += received.body.length
  }

  report(): Report {
    for (const received of this.#waiting.splice(0)) {
      for (const id of spanIdsOf(received)) this.#count(id)
    }
    return {
      requests: this.requests,
      turnedAway: this.turnedAway,
      delivered: this.#seen.size,
      duplicates: this.#duplicates,
      foreign: this.#foreign,
      wireBytes: this.#wireBytes,
    }
  }

  #count(id: Buffer): void {
    const number = numberOfId(id)
    if (number === undefined) this.#foreign++
    else if (this.#seen.has(number)) this.#duplicates++
    else this.#seen.add(number)
  }
}
