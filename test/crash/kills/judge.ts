import type { Client } from '../collector.ts'

/** A process, and what the collector saw of it. */
export interface Life {
  readonly name: string
  readonly client: Client
  /**
   * How many acknowledged requests may be repeated after its end: those that were in flight. If a request of it failed, a
   * batch was perhaps being narrowed, and what was accepted of that and of the same file may be repeated, too.
   */
  readonly mayRepeat: number
  /** How many requests the collector had kept when it ended. What it sent may be read later. */
  readonly storedAtEnd: number
  /** How many of its first spans it had reported to be in the journal. */
  readonly journalled: number
}

/** What happened to the spans of processes that shared a directory. */
export interface Judgement {
  readonly journalled: number
  readonly lost: readonly string[]
  /** How many spans arrived more than once, whatever the reason. */
  readonly duplicates: number
  /** Which processes repeated the acknowledged requests of a process, one for each request. */
  readonly repeated: ReadonlyMap<string, readonly string[]>
  /** Requests that rightly arrived again: their first answer was lost, denied that they were kept, or another process had them rejected. */
  readonly excused: number
}

/** The ID of a process's nth span, from 1. */
const idOf = (name: string, nth: number): string => `${name}.${nth}`

/** Compares what the processes reported with what arrived. Call it when everything has been drained. */
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

  const repeated = new Map<string, string[]>()
  let excused = 0
  // What a process had sent when it was killed counts as earlier than what the next one sent, even if it was read later.
  const requests = lives.flatMap(({ name, client, storedAtEnd }) =>
    client.requests.map((request) => ({ ...request, name, at: Math.min(request.nth, storedAtEnd - 0.5) })),
  )
  // A kill between keeping a dead letter and acking it: another process sends the spans, and they are redelivered, too.
  const rejected = new Set(lives.flatMap(({ client }) => client.rejected))
  // Going from the last request to the first: which process sent the span later.
  const later = new Map<string, string>()
  for (const { name, ids, acknowledged } of requests.sort((a, b) => b.at - a.at)) {
    const by = ids.map((id) => later.get(id)).find((found) => found !== undefined)
    if (by !== undefined && acknowledged && !ids.some((id) => rejected.has(id))) {
      repeated.set(name, [...(repeated.get(name) ?? []), by])
    } else if (by !== undefined) excused++
    for (const id of ids) later.set(id, name)
  }
  const journalled = lives.reduce((sum, life) => sum + life.journalled, 0)
  const duplicates = [...arrivals.values()].filter((times) => times > 1).length
  return {
    journalled,
    lost,
    duplicates,
    repeated,
    excused,
  }
}

/** The broken promises: spans that are lost, requests that are repeated too often, and what arrived damaged. */
export function problemsOfLives(lives: readonly Life[], { lost, repeated }: Judgement): string[] {
  const problems: string[] = []
  if (lost.length > 0) problems.push(`lost ${lost.length}: ${lost.slice(0, 5).join(', ')}`)
  for (const life of lives) {
    problems.push(...life.client.violations.map((violation) => `${life.name}: ${violation}`))
    const found = repeated.get(life.name) ?? []
    const most = life.client.failures > 0 ? Number.POSITIVE_INFINITY : life.mayRepeat
    if (found.length > most || found.includes(life.name)) {
      const by = found.join(', ')
      problems.push(`${life.name}: ${found.length} acknowledged requests repeated, by ${by}`)
    }
  }
  return problems
}
