import { type Collector, type SentSpan, USERS } from '../support/collector.ts'
import type { RunningServer } from '../support/process.ts'
import { countOf, type Row } from '../support/row.ts'

/** A request of each user, and what the answer must contain; `USER` stands for the user. */
export interface Request {
  readonly path: string
  readonly contains: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What a program is visited with. */
export interface Visits {
  readonly collector: Collector
  readonly server: RunningServer
  readonly row: Row
  readonly requests: readonly Request[]
  /** The number of servers' spans for each request. */
  readonly servers: number
}

/** After that, the table shows what is missing. */
const DEADLINE_MILLIS = 60_000

/**
 * Sends each request of both users, at the same time, takes the spans of a program over, and stops it.
 *
 * @throws Error if an answer is wrong
 */
export async function visitAll({ collector, server, row, requests, servers }: Visits): Promise<void> {
  try {
    for (const request of requests) {
      await Promise.all(USERS.map((user) => visit(collector, server.url, row.name, request, user)))
    }
    const count = servers * requests.length * USERS.length
    const deadline = Date.now() + DEADLINE_MILLIS
    let spans: SentSpan[]
    // Asked again, because a worker cannot wait in one request for what another one does after its answer.
    do {
      spans = (await (await fetch(`${server.url}/spans?servers=${count}`)).json()) as SentSpan[]
    } while (spans.length < countOf(row) && Date.now() < deadline)
    collector.spans.push(...spans)
  } finally {
    await server.stop()
  }
}

async function visit(collector: Collector, url: string, row: string, request: Request, user: string) {
  const response = await fetch(`${url}/${user}/${request.path}`, { headers: collector.visit(user, row) })
  const text = await response.text()
  const wanted = request.contains.replace('USER', user)
  const headers = Object.entries(request.headers ?? {})
  const wrong = headers.find(
    ([name, value]) => response.headers.get(name)?.toLowerCase() !== value.replace('USER', user),
  )
  if (!text.includes(wanted) || wrong !== undefined) {
    const found = wrong && `, ${wrong[0]}: ${response.headers.get(wrong[0])}`
    throw new Error(`${row}: /${request.path} answers ${response.status} ${text}${found ?? ''}`)
  }
}
