import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { sessionProcessors } from 'otel-sessions'
import { type Case, type Expected, type Field, OWNER } from '../program.ts'

const require = createRequire(import.meta.url)

/** Requests of `visit`: two of each user. */
const REQUESTS = 6

interface WebCase extends Omit<Case, 'expected' | 'backfill'> {
  /** The number of spans. With backfill, all are right. */
  readonly spans: number
  /** The spans of a request that have no session without backfill, by name. A name may be there several times. */
  readonly missing?: readonly string[]
  /** Whether an instrumentation runs the handler in the context from before the scope, which is counted. */
  readonly bypassed?: boolean
}

/** A case without and a case with backfill. In the quick table, one case of each kind has the second. */
export function webCases(list: readonly WebCase[]): Case[] {
  const kinds = new Set<string>()
  return list.flatMap(({ spans, missing = [], bypassed = false, ...one }) => {
    const kind = `${one.library} ${bypassed} ${missing.length > 0}`
    const isSlow = kinds.has(kind)
    kinds.add(kind)
    const right = spans - REQUESTS * missing.length
    const names: Record<string, number> = {}
    for (const name of missing) names[name] = (names[name] ?? 0) + REQUESTS
    const problems: Expected['problems'] = bypassed ? { 'scope:bypassed': /backfill .*setSpanSession / } : {}
    return [
      { ...one, expected: { right, missing: names, problems } },
      { ...one, name: `${one.name}, backfill`, backfill: true, isSlow, expected: { right: spans, problems } },
    ]
  })
}

/** The cases of a helper of `otel-sessions`, which is used with `sessionProcessors`. */
export const entryCases = (list: readonly WebCase[]): Case[] =>
  webCases(
    list.map((one) => ({
      ...one,
      spanProcessors: ([, exporting]) => sessionProcessors(exporting === undefined ? [] : [exporting]),
    })),
  )

/** What the programs read of a request, whose frameworks are required without types. */
export interface WebRequest {
  readonly url: string
  readonly originalUrl: string
  readonly params: { readonly user: string }
  readonly body: { readonly text: string }
}

/** What they write. */
export interface WebResponse {
  send(text: string): void
  end(text: string): void
}

/** The real HTTP instrumentation; the owner of a server's span is in the path: `/chat/user_a`. */
export const http = (): HttpInstrumentation =>
  new HttpInstrumentation({
    disableOutgoingRequestInstrumentation: true,
    requestHook: (span, request) => {
      span.setAttribute(OWNER, ownerOf((request as IncomingMessage).url))
    },
  })

/** The user in a path such as `/chat/user_a`. */
export const ownerOf = (url = ''): string => url.split('/')[2] ?? ''

/** Serves with a listener, and sends the requests of `visit`. */
export async function serve(field: Field, listener: RequestListener): Promise<void> {
  // Required here, as the instrumentation patches it.
  const server: Server = require('node:http').createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await visit(field, (server.address() as AddressInfo).port)
  await new Promise((resolve) => server.close(resolve))
}

/** Two requests of every user, on connections that stay open; those of different users at the same time. */
export async function visit({ users }: Field, port: number): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const answers = users.map(async (user) => {
      const response = await fetch(`http://127.0.0.1:${port}/chat/${user}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'hello' }),
      })
      const text = await response.text()
      if (text !== `answer for ${user}`) throw new Error(`${response.status}: ${text}`)
    })
    await Promise.all(answers)
  }
}

/**
 * One connection for all requests. Who waits for it is called by the one that returns it, in that one's context, as many
 * pools and clients with callbacks do.
 */
export function pool() {
  let isFree = true
  const waiting: (() => void)[] = []
  return {
    acquire(fn: () => void): void {
      if (!isFree) waiting.push(fn)
      else {
        isFree = false
        fn()
      }
    },
    release(): void {
      const next = waiting.shift()
      if (next === undefined) isFree = true
      else next()
    },
  }
}

/** An authentication that takes time, and knows the user by the path. */
export async function authenticate(url: string | undefined): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve))
  return ownerOf(url)
}
