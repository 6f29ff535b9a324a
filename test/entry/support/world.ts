/**
 * What the application talks to: a service, a model that speaks OpenAI's protocol, and an OTLP collector. It runs in the
 * process of the command, which is not instrumented.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { closeServer, listen, readJson } from '../../../demo/support/http.ts'
import { type OtlpTraces, type ReceivedSpan, readSpans } from '../../../demo/support/otlp.ts'

/** Users whose requests are answered together, so that they are in the application at the same time. */
export const USERS_AT_ONCE = 2

export interface World {
  readonly url: string
  /** Says that a client has its answer. */
  received(conversation: string, round: string): void
  /** The spans that have arrived. */
  spans(): readonly ReceivedSpan[]
  close(): Promise<void>
}

export async function startWorld(): Promise<World> {
  const spans: ReceivedSpan[] = []
  const meetings = new Meetings()
  const receipts = new Meetings()
  const jobsAdded = new Gates()
  const { server, port } = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://world')
    const [, what, conversation] = pathname.split('/')
    const round = searchParams.get('round') ?? ''
    if (pathname === '/v1/traces') {
      spans.push(...readSpans((await readJson(request)) as OtlpTraces))
      response.setHeader('content-type', 'application/json').end('{}')
      return
    }
    if (pathname === '/v1/chat/completions') return complete(request, response)
    if (what === 'orders') await meetings.join(round, USERS_AT_ONCE)
    // By then both have added their job: the second must find the loop of the queue running.
    if (what === 'mails') await jobsAdded.passed(round)
    if (what === 'received') {
      jobsAdded.arrive(round)
      await receipts.join(`${conversation} ${round}`, 2)
    }
    response.end(`${what} of ${conversation}`)
  })
  return {
    url: `http://127.0.0.1:${port}`,
    received: (conversation, round) => void receipts.join(`${conversation} ${round}`, 2),
    spans: () => spans,
    close: () => closeServer(server),
  }
}

/** Everyone waits until all are there. */
class Meetings {
  readonly #waiting = new Map<string, (() => void)[]>()

  join(name: string, all: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = [...(this.#waiting.get(name) ?? []), resolve]
      this.#waiting.set(name, waiting)
      if (waiting.length === all) for (const go of waiting) go()
    })
  }
}

/** Whoever comes to a gate passes when all users have arrived there, who need not wait. */
class Gates {
  readonly #gates = new Map<string, { arrived: number; waiting: (() => void)[] }>()

  arrive(name: string): void {
    const gate = this.#gate(name)
    gate.arrived++
    if (gate.arrived >= USERS_AT_ONCE) for (const go of gate.waiting) go()
  }

  async passed(name: string): Promise<void> {
    const gate = this.#gate(name)
    if (gate.arrived < USERS_AT_ONCE) await new Promise<void>((resolve) => gate.waiting.push(resolve))
  }

  #gate(name: string) {
    const gate = this.#gates.get(name) ?? { arrived: 0, waiting: [] }
    this.#gates.set(name, gate)
    return gate
  }
}

/** A streamed answer that repeats the question. */
async function complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { messages } = (await readJson(request)) as { messages: { content: string }[] }
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'trial' }
  const deltas = [
    { role: 'assistant', content: '' },
    { content: 'answer for ' },
    { content: messages[0]?.content },
  ]
  response.setHeader('content-type', 'text/event-stream')
  for (const delta of deltas) {
    const choices = [{ index: 0, delta, finish_reason: null }]
    response.write(`data: ${JSON.stringify({ ...base, choices })}\n\n`)
    // In a packet of its own, so that the application reads it as a stream.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const choices = [{ index: 0, delta: {}, finish_reason: 'stop' }]
  response.end(`data: ${JSON.stringify({ ...base, choices })}\n\ndata: [DONE]\n\n`)
}
