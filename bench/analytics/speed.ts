import type { EndedSpan } from '@otel-sessions/analytics'
import { cost } from '../support/figures.ts'
import type { Samples } from '../support/interleave.ts'
import { sessionIdOf, TURN_LENGTH, turnOf } from './spans.ts'
import { type CountSpan, mapAsLru, naive, ours, reading } from './stores.ts'

/** A table of results: a title, and nanoseconds a span for each variant. */
export interface Speed {
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly p10: number; readonly median: number }[]
}

/** One variant, with its position in the order of sessions, which is the same for all variants. */
interface Counting {
  readonly name: string
  readonly count: CountSpan
  turns: number
}

/** Orders the spans of a sample's turns. */
type Arrange = (turns: readonly EndedSpan[][]) => EndedSpan[]

/** Turn after turn, as in a service that handles one request at a time. */
const turnByTurn: Arrange = (turns) => turns.flat()

const TURNS_AT_ONCE = 50

/** Span by span of 50 concurrent turns: no two consecutive spans have the same session or trace. */
const interleaved: Arrange = (turns) => {
  const spans: EndedSpan[] = []
  for (let first = 0; first < turns.length; first += TURNS_AT_ONCE) {
    const together = turns.slice(first, first + TURNS_AT_ONCE)
    for (let index = 0; index < TURN_LENGTH; index++) {
      for (const turn of together) spans.push(turn[index] as EndedSpan)
    }
  }
  return spans
}

const TURNS_A_SAMPLE = 250
/** Enough for the optimising compiler: after fewer rounds, samples are still several times slower. */
const WARM_UP_ROUNDS = 100

/**
 * Measures the variants side by side: they take turns in every round, in an order that flips. The spans of a sample
 * are created just before it, which is not measured; the turn of the event loop after it is.
 */
async function measure(
  title: string,
  rounds: number,
  counters: Readonly<Record<string, CountSpan>>,
  session: (turn: number) => number,
  arrange: Arrange,
): Promise<Speed> {
  const all: Counting[] = Object.entries(counters).map(([name, count]) => ({ name, count, turns: 0 }))
  const samples: Samples = new Map(all.map(({ name }) => [name, []]))
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const counting of round % 2 === 0 ? all : all.toReversed()) {
      const nanos = await sample(counting, session, arrange)
      if (round >= 0) samples.get(counting.name)?.push(nanos)
    }
  }
  return { title, rows: all.map(({ name }) => ({ name, ...cost(samples, name) })) }
}

async function sample(
  counting: Counting,
  session: (turn: number) => number,
  arrange: Arrange,
): Promise<number> {
  const turns: EndedSpan[][] = []
  for (let each = 0; each < TURNS_A_SAMPLE; each++) {
    const number = session(counting.turns++)
    turns.push(turnOf(idOf(number), userOf(number)))
  }
  const spans = arrange(turns)
  const before = process.hrtime.bigint()
  for (const span of spans) counting.count(span)
  await new Promise((resolve) => setImmediate(resolve))
  return Number(process.hrtime.bigint() - before) / spans.length
}

const ids: string[] = []
const idOf = (number: number): string => {
  ids[number] ??= sessionIdOf(number)
  return ids[number]
}
const users = Array.from({ length: 1_000 }, (_, user) => `user_${user}`)
const userOf = (number: number): string => users[number % users.length] as string

/** A multiplicative walk that visits every session in an order that defeats caches. */
const scattered = (sessions: number) => (turn: number) => (turn * 7_919_143) % sessions

/** Makes the totals of another build, to compare with. */
export type Before = ((maxSessions: number) => CountSpan) | undefined

/** Ours, and the same of another build if there is one. */
const both = (maxSessions: number, before: Before): Record<string, CountSpan> => ({
  ours: ours(maxSessions),
  ...(before && { before: before(maxSessions) }),
})

const hot = (before: Before) => ({
  ...both(10_000, before),
  'only readSpanUsage': reading(),
  'Map of objects': naive(),
  'Map as LRU': mapAsLru(10_000),
})

/** The time of a span of 1,000 sessions that take turns. */
export const hotSessions = (rounds: number, before: Before): Promise<Speed> =>
  measure('1,000 sessions, all hot, turn after turn', rounds, hot(before), (turn) => turn % 1_000, turnByTurn)

/** The time of a span of 1,000 sessions whose traces are interleaved. */
export const hotInterleaved = (rounds: number, before: Before): Promise<Speed> =>
  measure(
    `1,000 sessions, all hot, ${TURNS_AT_ONCE} turns at once, span by span`,
    rounds,
    hot(before),
    (turn) => turn % 1_000,
    interleaved,
  )

/** The time of a span of so many sessions that they do not fit into the cache. */
export async function manySessions(sessions: number, rounds: number, before: Before): Promise<Speed> {
  const counters = { ...both(sessions, before), 'Map of objects': naive() }
  for (let number = 0; number < sessions; number++) {
    for (const span of turnOf(idOf(number), userOf(number)))
      for (const count of Object.values(counters)) count(span)
  }
  const title = `${sessions.toLocaleString('en')} sessions kept, in scattered order`
  return measure(title, rounds, counters, scattered(sessions), turnByTurn)
}

/** The time of a span if each turn evicts a session. */
export async function bounded(sessions: number, rounds: number, before: Before): Promise<Speed> {
  const counters = { ...both(10_000, before), 'Map as LRU': mapAsLru(10_000) }
  const title = `${sessions.toLocaleString('en')} sessions, 10,000 kept: an eviction in each turn of ${TURN_LENGTH} spans`
  return measure(title, rounds, counters, (turn) => turn % sessions, turnByTurn)
}
