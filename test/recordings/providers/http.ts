/** What the providers' servers of JSON and server-sent events share. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { closeServer, listen, readJson } from '../../../demo/support/http.ts'
import type { ProviderUsage, Reply } from '../cases.ts'
import type { ProviderCall } from '../recording.ts'
import type { ProviderServer } from './provider.ts'

/** A body, parsed. */
export type Json = Readonly<Record<string, unknown>>

/** What a provider answers to one call. */
export interface Answer {
  readonly status?: number
  readonly model: string
  /** The body, or the events of a stream. */
  readonly body: unknown
  /** The events as they are written; a stream. */
  readonly events?: readonly (string | Uint8Array)[]
  /** Beside the usual ones, or in place of them. */
  readonly headers?: Readonly<Record<string, string>>
  /** The connection stays open after the last event, until the client closes it. */
  readonly hangs?: boolean
  readonly usage?: ProviderUsage | undefined
  readonly cost?: number | undefined
}

/**
 * Answers a call.
 *
 * @param number of this call, from 1: for IDs that are the same in each run
 * @returns undefined if the provider has no such path
 */
export type Respond = (path: string, asked: Json, reply: Reply, number: number) => Answer | undefined

/** Starts a server that gives the replies in order and repeats the last one. */
export async function startServer(
  provider: ProviderCall['provider'],
  replies: readonly Reply[],
  respond: Respond,
): Promise<ProviderServer> {
  const calls: ProviderCall[] = []
  const { server, port } = await listen(async (request, response) => {
    const asked = await readJson(request).catch(() => undefined)
    const reply = replies[Math.min(calls.length, replies.length - 1)]
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const answer =
      asked && reply && request.method === 'POST'
        ? respond(path, asked as Json, reply, calls.length + 1)
        : undefined
    if (answer === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: `unknown: ${request.method} ${path}` } }))
      return
    }
    calls.push(callOf(provider, `POST ${path}`, asked as Json, answer))
    send(request, response, answer)
  })
  return { url: `http://127.0.0.1:${port}`, calls: () => [...calls], close: () => closeServer(server) }
}

function callOf(
  provider: ProviderCall['provider'],
  request: string,
  asked: Json,
  answer: Answer,
): ProviderCall {
  const { status = 200, model, body, events, usage, cost } = answer
  const stream = events !== undefined
  return { provider, request, model, stream, asked, status, answered: body, usage, cost }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status = 200, body, events, headers, hangs } = answer
  response.setHeader('x-request-id', 'req_1')
  if (events === undefined) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    return
  }
  response.writeHead(status, { 'content-type': 'text/event-stream; charset=utf-8', ...headers })
  if (!hangs) {
    for (const event of events) response.write(event)
    response.end()
    return
  }
  // In one piece: what a client does when it aborts must not depend on how many pieces have arrived.
  response.write(typeof events[0] === 'string' ? events.join('') : Buffer.concat(events as readonly Buffer[]))
  // The connection is the client's to close.
  request.socket.once('close', () => response.destroy())
}

/** A text in pieces, as a model streams it: each word with the space before it. */
export const pieces = (text: string): string[] => text.match(/\s*\S+/g) ?? []
