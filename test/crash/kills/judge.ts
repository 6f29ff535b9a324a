import type { Client } from '../collector.ts'

/** A process and what the receiver saw of it. */
export interface Life {
  readonly name: string
  readonly client: Client
  /** How many acknowledged requests may be repeated after its end: those that were in flight. */
  readonly mayRepeat: number
  /** How many of its first spans it had said to be in the journal. */
  readonly journalled: number
}

/** What became of the spans of some processes that shared a directory one after the other. */
export interface Judgement {
  readonly journalled: number
  readonly lost: readonly string[]
  /** Requests that were acknowledged, and repeated all the same, of each process that sent any. */
  readonly repeated: ReadonlyMap<string, number>
  /** Requests that arrived again, and rightly so: the receiver had kept silent about them, or had lied. */
  readonly excused: number
}

/** The ID of a process's nth span, from 1. */
export const idOf = (name: string, nth: number): string => `${name}.${nth}`

/** Compares what the processes said with what arrived; to be called when everything has been drained. */
export function judge(lives: readonly Life[]): Judgement {
  const arrivals = new Map<string, number>()
  for (const { client } of lives)
    for (const { ids } of client.requests) for (const id of ids) arrivals.set(id, (arrivals.get(id) ?? 0) + 1)

  const lost: string[] = []
  for (const { name, journalled } of lives) {
    for (let nth = 1; nth <= journalled; nth++) {
      const id = idOf(name, nth)
      if (!arrivals.has(id)) lost.push(id)
    }
  }

  const repeated = new Map<string, number>()
  let excused = 0
  const requests = lives.flatMap(({ name, client }) =>
    client.requests.map((request) => ({ ...request, name })),
  )
  // From the last request to the first, so that `later` has what arrived after a request.
  const later = new Set<string>()
  for (const { name, ids, acknowledged } of requests.sort((a, b) => b.nth - a.nth)) {
    if (ids.some((id) => later.has(id))) {
      if (acknowledged) repeated.set(name, (repeated.get(name) ?? 0) + 1)
      else excused++
    }
    for (const id of ids) later.add(id)
  }
  const journalled = lives.reduce((sum, life) => sum + life.journalled, 0)
  return { journalled, lost, repeated, excused }
}
