import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A span, as the programs send it. */
export interface SentSpan {
  readonly name: string
  readonly traceId: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Whose spans they are, and for which row of the table they count. */
export interface Visit {
  readonly owner: string
  readonly row: string
}

/** Two users, who come at the same time. */
export const USERS = ['user_a', 'user_b'] as const

/** Longer than a slow machine needs: something hangs, or spans are lost. */
const DEADLINE_MILLIS = 60_000

/** What the programs talk to: it receives their spans, and lets the two users meet inside their requests. */
export class Collector {
  readonly spans: SentSpan[] = []
  readonly #visits = new Map<string, Visit>()
  readonly #meetings = new Map<string, (() => void)[]>()
  readonly #arrived = new Set<() => void>()
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error) => response.writeHead(500).end(String(error)))
  })

  /** Starts, and returns the address. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  /** Returns the header of a request of a user: its spans are in a trace of its own. */
  visit(owner: string, row: string): { traceparent: string } {
    const traceId = randomBytes(16).toString('hex')
    this.#visits.set(traceId, { owner, row })
    return { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` }
  }

  /** The visit of a span: by its trace, or else by its own attributes. */
  visitOf({ traceId, attributes }: SentSpan): Visit {
    const { owner, row } = attributes
    return this.#visits.get(traceId) ?? { owner: String(owner), row: String(row) }
  }

  /** The spans of a row. */
  spansOf(row: string): SentSpan[] {
    return this.spans.filter((span) => this.visitOf(span).row === row)
  }

  /** Waits until there are as many spans of a row as declared. A deadline, after which the table shows what is missing. */
  async waitFor(row: string, count: number): Promise<void> {
    const deadline = Date.now() + DEADLINE_MILLIS
    while (this.spansOf(row).length < count && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now())
        this.#arrived.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/spans') {
      this.spans.push(JSON.parse(await text(request)) as SentSpan)
      response.end()
      for (const wake of this.#arrived) wake()
      this.#arrived.clear()
      return
    }
    // `/meet/<where>`: answers when both users are there.
    const waiting = [...(this.#meetings.get(pathname) ?? []), () => void response.end('met')]
    this.#meetings.set(pathname, waiting.length < USERS.length ? waiting : [])
    if (waiting.length === USERS.length) for (const meet of waiting) meet()
  }
}
