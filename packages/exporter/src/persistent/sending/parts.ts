import type { Codec } from '../encoder/codec.ts'
import type { Lease } from '../queue/index.ts'

/** What one request consists of. */
export interface Part {
  readonly bodies: readonly Buffer[]
  readonly spans: number
  /** Before compression. */
  readonly bytes: number
}

/** A part that has no final answer yet. */
export interface OpenPart extends Part {
  /** The status with which the endpoint refused it; undefined before it was sent, and where the answer is unknown. */
  readonly refused: number | undefined
  /** What it is a half of. */
  readonly origin: OpenPart | undefined
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** The parts of one batch that have no final answer, in the order in which they are sent. */
export class Parts {
  readonly #codec: Codec
  #open: Mutable<OpenPart>[]

  constructor({ bodies, spans, bytes }: Lease, codec: Codec) {
    this.#codec = codec
    this.#open = [{ bodies, spans, bytes, refused: undefined, origin: undefined }]
  }

  get count(): number {
    return this.#open.length
  }

  /** The status of the first refused part. */
  get refused(): number | undefined {
    return this.#open.find(({ refused }) => refused !== undefined)?.refused
  }

  /** The part that is sent next; undefined if all that is left was refused. */
  next(isTooLarge: (part: Part) => boolean): OpenPart | undefined {
    for (;;) {
      const part = this.#open.find(({ refused }) => refused === undefined)
      if (part === undefined || !isTooLarge(part) || !this.split(part)) return part
    }
  }

  /** Notes that the endpoint refused a part. Returns false if it cannot be narrowed: it has a single span. */
  refuse(part: OpenPart, status: number): boolean {
    if (part.spans <= 1) return false
    const open: Mutable<OpenPart> = part
    open.refused = status
    return true
  }

  /**
   * Removes a part that was accepted. Where one half of a refused part is accepted, the other one is known to be
   * refused; so it is split without being sent, unless it is a single span.
   */
  accept(part: OpenPart): void {
    this.remove(part)
    const { origin } = part
    const other = origin && this.#open.find((open) => open.origin === origin)
    if (other !== undefined && other.spans > 1) other.refused ??= origin?.refused
  }

  remove(part: OpenPart): void {
    this.#open = this.#open.filter((open) => open !== part)
  }

  /** Removes and returns what is left. */
  removeAll(): Part[] {
    const open = this.#open
    this.#open = []
    return open
  }

  /** Splits a part in two; the smaller half is sent first. False for a single span and for an unreadable body. */
  split(part: OpenPart): boolean {
    const halves = this.#halve(part)
    if (halves === undefined) return false
    const open = halves.map((half) => ({ ...half, refused: undefined, origin: part }))
    open.sort((a, b) => a.spans - b.spans)
    this.#open.splice(this.#indexOf(part), 1, ...open)
    return true
  }

  /** Splits all refused parts. Returns those that cannot be split. */
  splitRefused(): OpenPart[] {
    return [...this.#open].filter((part) => part.refused !== undefined && !this.split(part))
  }

  /**
   * Takes a single span out of a refused part, to be sent next.
   *
   * @param number samples with different numbers are from different ends of the batch
   * @returns a part that cannot be split
   */
  sample(number: number): OpenPart | undefined {
    const isLast = number % 2 === 1
    const part = this.#open.at(isLast ? -1 : 0)
    if (part === undefined) return undefined
    const rest: Part[] = []
    let sample: Part = part
    while (sample.spans > 1) {
      const halves = this.#halve(sample)
      if (halves === undefined) return part
      rest.push(halves[isLast ? 0 : 1])
      sample = halves[isLast ? 1 : 0]
    }
    const others = { ...joined(rest), refused: part.refused, origin: part }
    this.#open.splice(this.#indexOf(part), 1, { ...sample, refused: undefined, origin: part }, others)
    return undefined
  }

  #halve({ bodies }: Part): readonly [Part, Part] | undefined {
    const halves = this.#codec.split(Buffer.concat(this.#codec.join(bodies)))
    if (halves === undefined) return undefined
    const [first, second] = halves
    return [partOf(first.body, first.spans), partOf(second.body, second.spans)]
  }

  #indexOf(part: OpenPart): number {
    return this.#open.indexOf(part)
  }
}

const partOf = (body: Buffer, spans: number): Part => ({ bodies: [body], spans, bytes: body.length })

/** One part with everything that several have. */
export const joined = (parts: readonly Part[]): Part => ({
  bodies: parts.flatMap(({ bodies }) => bodies),
  spans: parts.reduce((sum, { spans }) => sum + spans, 0),
  bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
})
