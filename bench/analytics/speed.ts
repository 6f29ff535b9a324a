import { cost } from '../support/figures.ts'
import { interleave, type Variant } from '../support/interleave.ts'
import { sessionIdOf, TURN_LENGTH, Turn } from './spans.ts'
import { type CountSpan, mapAsLru, naive, ours, reading } from './stores.ts'

/** One measured table: its title, and by variant nanoseconds a span. */
export interface Speed {
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly p10: number; readonly median: number }[]
}

const TURNS_A_CHUNK = 250

/** Variants that count turns of sessions, each with a sequence of its own, all of them the same. */
function variantsOf(
  counters: Readonly<Record<string, CountSpan>>,
  session: (turn: number) => number,
): Variant[] {
  return Object.entries(counters).map(([name, count]) => {
    const turn = new Turn()
    let turns = 0
    return {
      name,
      operations: TURNS_A_CHUNK * TURN_LENGTH,
      run() {
        for (let each = 0; each < TURNS_A_CHUNK; each++) {
          const number = session(turns++)
          for (const span of turn.next(idOf(number), userOf(number))) count(span)
        }
      },
    }
  })
}

const ids: string[] = []
const idOf = (number: number): string => {
  ids[number] ??= sessionIdOf(number)
  return ids[number]
}
const users = Array.from({ length: 1_000 }, (_, user) => `user_${user}`)
const userOf = (number: number): string => users[number % users.length] as string

async function measure(title: string, rounds: number, variants: readonly Variant[]): Promise<Speed> {
  const samples = await interleave(variants, rounds)
  return { title, rows: variants.map(({ name }) => ({ name, ...cost(samples, name) })) }
}

/** A multiplicative walk that visits every session, in an order that no cache foresees. */
const scattered = (sessions: number) => (turn: number) => (turn * 7_919_143) % sessions

export async function hotSessions(rounds: number): Promise<Speed> {
  const counters = {
    ours: ours(10_000),
    'only readSpanUsage': reading(),
    'Map of objects': naive(),
    'Map as LRU': mapAsLru(10_000),
  }
  return measure(
    '1,000 sessions, all hot',
    rounds,
    variantsOf(counters, (turn) => turn % 1_000),
  )
}

export async function manySessions(sessions: number, rounds: number): Promise<Speed> {
  const counters = { ours: ours(sessions), 'Map of objects': naive() }
  const turn = new Turn()
  for (let number = 0; number < sessions; number++) {
    for (const span of turn.next(idOf(number), userOf(number)))
      for (const count of Object.values(counters)) count(span)
  }
  const title = `${sessions.toLocaleString('en')} sessions kept, in scattered order`
  return measure(title, rounds, variantsOf(counters, scattered(sessions)))
}

export async function bounded(sessions: number, rounds: number): Promise<Speed> {
  const counters = { ours: ours(10_000), 'Map as LRU': mapAsLru(10_000) }
  const title = `${sessions.toLocaleString('en')} sessions, 10,000 kept: an eviction in each turn of ${TURN_LENGTH} spans`
  return measure(
    title,
    rounds,
    variantsOf(counters, (turn) => turn % sessions),
  )
}
