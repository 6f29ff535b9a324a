import { type Counters, problems } from '../counters.ts'
import type { CallFacts } from './call-facts.ts'
import {
  CALL,
  CALL_BELOW,
  COVERED,
  REPORTED_BESIDE,
  type SpanRecord,
  settle,
  USAGE,
  USAGE_BELOW,
} from './span-record.ts'

/** The calls of a trace that are compared. Spans that report the same call end nearly together. */
const CALLS_MAX = 32

/** The flags of a call that may change, and decide with the others which calls are one and which span counts. */
const DECIDING = CALL_BELOW | USAGE_BELOW | COVERED

/** Instrumentations that round times to milliseconds make an inner span begin before the outer one, or end after it. */
const ROUNDED_MILLIS = 2

/** Two spans that report the same call, by their positions. */
interface Pair {
  readonly one: number
  readonly other: number
  readonly hasSameId: boolean
  /** How far their times are apart, in milliseconds. */
  readonly distance: number
}

/**
 * The LLM calls of a trace. If two instrumentations report a call on spans that are not nested, it counts once, on the
 * span whose cost is known better. The choice depends on the spans only, not on their order, as long as they are no more
 * than are compared.
 */
export class TraceCalls {
  #calls: readonly SpanRecord[]
  /** The deciding flags of the calls, in the same order, as they were when they were compared. */
  #compared: readonly number[] = []
  readonly #scope: string | undefined
  /** Whether several instrumentations report calls. If not, none is reported twice. */
  #hasSeveralScopes = false

  constructor(first: SpanRecord) {
    this.#calls = [first]
    this.#scope = first.facts?.scope
  }

  /** Adds a call. */
  add(call: SpanRecord): void {
    if (call.facts?.scope !== this.#scope) this.#hasSeveralScopes = true
    const isFull = this.#calls.length >= CALLS_MAX && !this.#hasSeveralScopes
    this.#calls = [...(isFull ? this.#calls.slice(1) : this.#calls), call]
  }

  /** Decides anew which calls are reported twice, if a call was added or the deciding flags of one have changed. */
  update(counters: Counters): void {
    if (!this.#hasSeveralScopes) return
    if (this.#calls.every(({ flags }, index) => (flags & DECIDING) === this.#compared[index])) return
    this.#match(counters)
    this.#compared = this.#calls.map(({ flags }) => flags & DECIDING)
  }

  #match(counters: Counters): void {
    const calls = this.#calls
      .filter(({ flags }) => (flags & (CALL | CALL_BELOW)) === CALL)
      .sort((one, other) => compareFacts(one, other))
    const groups = groupsOf(calls)
    const hidden = new Set<SpanRecord>()
    for (const group of new Set(groups.values())) {
      const [counted, ...others] = [...group].sort(compareRanks)
      for (const other of others) {
        hidden.add(other)
        if ((other.flags & REPORTED_BESIDE) === 0) report(counted as SpanRecord, other)
      }
    }
    for (const call of this.#calls) {
      if (hidden.has(call) === ((call.flags & REPORTED_BESIDE) !== 0)) continue
      call.flags ^= REPORTED_BESIDE
      counters.reportedTwice += hidden.has(call) ? 1 : -1
      settle(call, counters)
    }
    if (this.#calls.length <= CALLS_MAX) return
    // A decision that is no longer compared stays as it is, for all spans of the call.
    const oldest = this.#calls[0] as SpanRecord
    const group = groups.get(oldest) ?? [oldest]
    this.#calls = this.#calls.filter((call) => !group.includes(call))
  }
}

/** Groups the calls of which each is reported by several spans, one of each scope, those that fit best first. */
function groupsOf(calls: readonly SpanRecord[]): ReadonlyMap<SpanRecord, readonly SpanRecord[]> {
  const groups = new Map<SpanRecord, readonly SpanRecord[]>()
  for (const { one, other } of pairsOf(calls)) {
    const [first, second] = [calls[one], calls[other]] as [SpanRecord, SpanRecord]
    const mine = groups.get(first) ?? [first]
    const theirs = groups.get(second) ?? [second]
    if (mine === theirs || mine.some((call) => theirs.some((each) => !canBeOne(call, each)))) continue
    const together = [...mine, ...theirs]
    for (const call of together) groups.set(call, together)
  }
  return groups
}

function pairsOf(calls: readonly SpanRecord[]): Pair[] {
  const pairs: Pair[] = []
  for (let one = 0; one < calls.length; one++) {
    for (let other = one + 1; other < calls.length; other++) {
      const pair = pairOf(calls, one, other)
      if (pair !== undefined) pairs.push(pair)
    }
  }
  return pairs.sort((a, b) => {
    if (a.hasSameId !== b.hasSameId) return a.hasSameId ? -1 : 1
    return a.distance - b.distance || a.one - b.one || a.other - b.other
  })
}

function pairOf(calls: readonly SpanRecord[], one: number, other: number): Pair | undefined {
  const [first, second] = [calls[one], calls[other]] as [SpanRecord, SpanRecord]
  const { facts: a } = first
  const { facts: b } = second
  if (a === undefined || b === undefined || !overlap(a, b) || !canBeOne(first, second)) return undefined
  const hasSameId = a.responseId !== undefined && a.responseId === b.responseId
  if (!hasSameId && !(isWithin(a, b) && hasSameUsage(a, b))) return undefined
  return { one, other, hasSameId, distance: Math.abs(a.start - b.start) + Math.abs(a.end - b.end) }
}

/** Whether nothing says that two spans report different calls. */
function canBeOne({ facts: a, flags }: SpanRecord, { facts: b, flags: others }: SpanRecord): boolean {
  if (a?.scope === undefined || b?.scope === undefined || a.scope === b.scope) return false
  if (a.responseId !== undefined && b.responseId !== undefined && a.responseId !== b.responseId) return false
  // If other spans report the usage of both, hiding one of the calls would not hide its usage.
  return usageElsewhere(flags) + usageElsewhere(others) <= 3
}

/** 0 if a call reports its own usage or none, 1 if its usage counts on a span above, 3 if on one below. */
function usageElsewhere(flags: number): number {
  if ((flags & USAGE_BELOW) !== 0) return 3
  return (flags & (USAGE | COVERED)) === COVERED ? 1 : 0
}

function hasSameUsage(a: CallFacts, b: CallFacts): boolean {
  if (a.input === undefined || a.input !== b.input || a.output === undefined || a.output !== b.output) {
    return false
  }
  if (a.input + a.output === 0) return false
  return b.names.some((name) => a.names.includes(name))
}

/** In a busy process, the outer span may begin late, so that neither is inside the other. */
const overlap = (a: CallFacts, b: CallFacts): boolean =>
  a.start <= b.end + ROUNDED_MILLIS && b.start <= a.end + ROUNDED_MILLIS

const isWithin = (a: CallFacts, b: CallFacts): boolean => contains(a, b) || contains(b, a)

const contains = (outer: CallFacts, inner: CallFacts): boolean =>
  outer.start <= inner.start + ROUNDED_MILLIS && inner.end <= outer.end + ROUNDED_MILLIS

/** An order that does not depend on that of arrival. */
function compareFacts(one: SpanRecord, other: SpanRecord): number {
  const { facts: a } = one
  const { facts: b } = other
  if (a === undefined || b === undefined) return 0
  return a.start - b.start || a.end - b.end || (one.id < other.id ? -1 : 1)
}

/** The span that counts comes first: one whose usage other spans report, then the one whose cost is known better. */
function compareRanks(one: SpanRecord, other: SpanRecord): number {
  const byUsage = usageElsewhere(other.flags) - usageElsewhere(one.flags)
  if (byUsage !== 0 || one.facts === undefined || other.facts === undefined) return byUsage
  return one.facts.compareKnown(other.facts) || compareFacts(one, other)
}

/** The scope of `@anthropic-ai/sdk`'s own tracing, which is on whenever there is a global provider. */
const ANTHROPIC_SDK = 'com.anthropic.sdk.typescript'

function report(counted: SpanRecord, other: SpanRecord): void {
  const [kept, dropped] = [counted.facts?.scope, other.facts?.scope]
  problems.report(
    'reportedTwice',
    () =>
      `${kept} and ${dropped} report the same LLM calls, which count once, as the first reports them: switch the second off${dropped === ANTHROPIC_SDK ? '; the tracing of @anthropic-ai/sdk is off with new Anthropic({ openTelemetry: false }) or ANTHROPIC_OPEN_TELEMETRY=false' : ''}`,
    `${kept} ${dropped}`,
  )
}
