import type { Codec } from '../../encoder/codec.ts'
import type { Lease } from '../../queue/index.ts'
import type { Part } from '../types.ts'
import type { RequestSize } from './request-size.ts'

/** A part that has no final answer yet. */
export interface OpenPart extends Part {
  /** The status with which the endpoint refused it; undefined before it was sent, and where the answer is unknown. */
  readonly refused: number | undefined
  /** How often it failed. */
  readonly failures: number
  /** How many requests had been accepted when it, or what it is a part of, failed last; undefined if it never did. */
  readonly seen: number | undefined
  /** How often a single span has failed while others were accepted. */
  readonly strikes: number
  /** When it may be sent again, by the clock of the sender. */
  readonly notBefore: number
  /** What it is a half of. */
  readonly origin: OpenPart | undefined
  /** How many of its halves are not accepted as a whole. */
  readonly openHalves: number
}

/** What is known of records that were sent before, and given back to the queue. */
export interface EarlierFailures {
  readonly failures: number
  readonly seen: number | undefined
}

const UNSENT = { refused: undefined, failures: 0, strikes: 0, notBefore: 0, openHalves: 0 }

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** The parts of one batch that have no final answer, in the order in which they are sent. */
export class Parts {
  readonly #codec: Codec
  #open: Mutable<OpenPart>[]

  constructor({ bodies, spans, bytes }: Lease, codec: Codec, earlier: EarlierFailures) {
    this.#codec = codec
    this.#open = [{ ...UNSENT, bodies, spans, bytes, origin: undefined, ...earlier }]
  }

  get count(): number {
    return this.#open.length
  }

  /** The status of the first refused part. */
  get refused(): number | undefined {
    return this.#open.find(({ refused }) => refused !== undefined)?.refused
  }

  /** How many single spans fail, if nothing else is left to be sent; undefined otherwise. */
  get failingAlone(): number | undefined {
    const unsent = this.#open.filter(({ refused }) => refused === undefined)
    return unsent.every(({ spans, failures }) => spans === 1 && failures > 0) ? unsent.length : undefined
  }

  /** The spans that are left. */
  get spans(): number {
    return joined(this.#open).spans
  }

  /** When the next part may be sent. */
  get notBefore(): number {
    return Math.min(...this.#open.map(({ notBefore }) => notBefore))
  }

  /**
   * The part that is sent next; undefined if all that is left was refused. While requests are reduced because they
   * fail, it is a random one of those that failed least, so that what can arrive is found wherever it is.
   */
  next(
    size: Pick<RequestSize, 'isTooLarge' | 'isReduced'>,
    isApart: boolean,
    random: () => number,
  ): OpenPart | undefined {
    const isAnyPart = size.isReduced && !isApart
    for (;;) {
      const unsent = this.#open.filter(({ refused }) => refused === undefined)
      const due = leastOf(unsent, ({ notBefore }) => notBefore)
      const best = isAnyPart ? leastOf(due, ({ failures }) => failures) : due.slice(0, 1)
      const fitting = best.filter((one) => !size.isTooLarge(one, isApart))
      const candidates = fitting.length > 0 ? fitting : best
      const part = candidates[Math.floor(random() * candidates.length)]
      if (part === undefined || !size.isTooLarge(part, isApart) || !this.split(part)) return part
    }
  }

  /** Notes that a request with a part failed. */
  fail(part: OpenPart, accepted: number): void {
    const open: Mutable<OpenPart> = part
    open.failures++
    open.seen = accepted
  }

  /** Has a single span wait before it is sent again. */
  delay(part: OpenPart, notBefore: number, isStrike: boolean): void {
    const open: Mutable<OpenPart> = part
    open.notBefore = notBefore
    if (isStrike) open.strikes++
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
   *
   * @returns the parts all of which has arrived now: it, and those that it completes
   */
  accept(part: OpenPart): OpenPart[] {
    this.remove(part)
    const complete = [part]
    for (let split: Mutable<OpenPart> | undefined = part.origin; split !== undefined; split = split.origin) {
      split.openHalves--
      if (split.openHalves > 0) break
      complete.push(split)
    }
    const { origin } = part
    const other = origin && this.#open.find((open) => open.origin === origin)
    if (other !== undefined && other.spans > 1) other.refused ??= origin?.refused
    return complete
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
    const open = halves.map((half) => this.#partOf(half, part))
    open.sort((a, b) => a.spans - b.spans)
    this.#open.splice(this.#indexOf(part), 1, ...open)
    return true
  }

  /**
   * Splits a part in four where it can be. One span is found with as many requests as by halves, and half of the
   * failures, which take longest; but accidents make more of them. False where `split` is.
   */
  splitInFour(part: OpenPart): boolean {
    if (!this.split(part)) return false
    for (const half of this.#open.filter(({ origin }) => origin === part)) this.split(half)
    return true
  }

  /** Splits all refused parts. Returns those that cannot be split. */
  splitRefused(): OpenPart[] {
    return [...this.#open].filter((part) => part.refused !== undefined && !this.split(part))
  }

  /**
   * Takes a random span out of what was refused, to be sent next.
   *
   * @returns a part that cannot be split
   */
  sample(random: () => number): OpenPart | undefined {
    const all = this.#open.filter((part) => part.refused !== undefined)
    let place = Math.floor(random() * joined(all).spans)
    const part = all.find(({ spans }) => {
      if (place < spans) return true
      place -= spans
      return false
    })
    if (part === undefined) return undefined
    const rest: Part[] = []
    let sample: Part = part
    while (sample.spans > 1) {
      const halves = this.#halve(sample)
      if (halves === undefined) return part
      const [first, second] = halves
      const isFirst = place < first.spans
      if (!isFirst) place -= first.spans
      rest.push(isFirst ? second : first)
      sample = isFirst ? first : second
    }
    const left = joined(rest)
    // A single span is known to be refused only if it was sent alone.
    const refused = left.spans > 1 ? part.refused : undefined
    const others = { ...this.#partOf(left, part), refused }
    this.#open.splice(this.#indexOf(part), 1, this.#partOf(sample, part), others)
    return undefined
  }

  #halve({ bodies }: Part): readonly [Part, Part] | undefined {
    const halves = this.#codec.split(Buffer.concat(this.#codec.join(bodies)))
    if (halves === undefined) return undefined
    const [first, second] = halves
    return [partOf(first.body, first.spans), partOf(second.body, second.spans)]
  }

  #partOf({ bodies, spans, bytes }: Part, origin: Mutable<OpenPart>): OpenPart {
    origin.openHalves = 2
    // Its halves have them.
    origin.bodies = []
    return { ...UNSENT, bodies, spans, bytes, seen: origin.seen, origin }
  }

  #indexOf(part: OpenPart): number {
    return this.#open.indexOf(part)
  }
}

const leastOf = (parts: Mutable<OpenPart>[], measure: (part: OpenPart) => number): Mutable<OpenPart>[] => {
  const least = Math.min(...parts.map(measure))
  return parts.filter((part) => measure(part) === least)
}

const partOf = (body: Buffer, spans: number): Part => ({ bodies: [body], spans, bytes: body.length })

/** One part with everything that several have. */
export const joined = (parts: readonly Part[]): Part => ({
  bodies: parts.flatMap(({ bodies }) => bodies),
  spans: parts.reduce((sum, { spans }) => sum + spans, 0),
  bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
})
