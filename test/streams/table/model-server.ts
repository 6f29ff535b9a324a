// A model behind a real HTTP server, and a fetch that shows when the SDKs read from it.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { work } from './telemetry.ts'

const WORDS = ['one', 'two', 'three'] as const

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://model')
  if (url.pathname !== '/v1/chat/completions') response.writeHead(404).end()
  else if (request.method === 'GET') sendJson(response, page(url.searchParams.get('after')))
  else if (JSON.parse(await text(request)).stream) streamAnswer(response)
  else sendJson(response, wholeAnswer())
})

export function startModelServer(): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

export function stopModelServer(): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

/** Known when the server runs. */
export function modelURL(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

function sendJson(response: ServerResponse, body: object): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
}

/** One of two pages of completions that were stored. */
function page(after: string | null) {
  return { object: 'list', data: [{ id: after === null ? 'first' : 'second' }], has_more: after === null }
}

const envelope = (object: string) => ({ id: 'chatcmpl-1', object, created: 1, model: 'local' })

function wholeAnswer() {
  const message = { role: 'assistant', content: WORDS.join(' ') }
  return { ...envelope('chat.completion'), choices: [{ index: 0, message, finish_reason: 'stop' }] }
}

function streamAnswer(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta: object, finish_reason: string | null) => {
    const chunk = { ...envelope('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason }] }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  for (const content of WORDS) send({ role: 'assistant', content }, null)
  send({}, 'stop')
  response.end('data: [DONE]\n\n')
}

/**
 * A fetch that makes a span `request` for a request, `body` for each event that is read from the answer, when it
 * is read, and `cleanup` when the reader leaves early. The whole answer is here before its first event is read,
 * so that the tests do not depend on how the packets fell.
 */
export const observedFetch: typeof fetch = async (input, init) => {
  work('request')
  const response = await fetch(input, init)
  return new Response(eventByEvent(await response.text()), response)
}

function eventByEvent(answer: string): ReadableStream<Uint8Array> {
  const left = answer.split(/(?<=\n\n)/)
  const encoder = new TextEncoder()
  const source: UnderlyingDefaultSource<Uint8Array> = {
    pull(controller) {
      work('body')
      const event = left.shift()
      if (event === undefined) controller.close()
      else controller.enqueue(encoder.encode(event))
    },
    cancel: () => work('cleanup'),
  }
  // Nothing is read ahead: the consumer requests each event.
  return new ReadableStream(source, { highWaterMark: 0 })
}
