import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Behaviour, Schedule } from './messages.ts'
import { JSON_TYPE, type Received } from './span-ids.ts'
import { Tally } from './tally.ts'

const DRIP_MILLIS = 500
/** Below the range of ephemeral ports, so that no client gets our port while the server does not listen. */
const LOWEST_PORT = 15_000
const PORTS = 15_000

/** A collector on one port that follows a schedule of behaviours. */
export class CollectorServer {
  readonly tally = new Tally()
  readonly #server = createServer((request, response) => void this.#handle(request, response))
  #behaviour: Behaviour = { kind: 'accept', delayMillis: 0 }
  #timers: NodeJS.Timeout[] = []
  port = 0

  async listen(): Promise<void> {
    while (this.port === 0) {
      const port = LOWEST_PORT + Math.floor(Math.random() * PORTS)
      if (await this.#listenOn(port)) this.port = port
    }
  }

  /** Resolves when the first behaviour is active; the others follow on schedule. */
  async follow(schedule: Schedule): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    const [first, ...later] = schedule
    this.#timers = later.map(({ fromMillis, behaviour }) =>
      setTimeout(() => void this.#behave(behaviour), fromMillis),
    )
    if (first !== undefined) await this.#behave(first.behaviour)
  }

  async #behave(behaviour: Behaviour): Promise<void> {
    this.#behaviour = behaviour
    const isListening = this.#server.address() !== null
    if (behaviour.kind === 'refuse' && isListening) {
      const closed = once(this.#server, 'close')
      this.#server.close()
      this.#server.closeAllConnections()
      await closed
    } else if (behaviour.kind !== 'refuse' && !isListening && !(await this.#listenOn(this.port))) {
      throw new Error(`port ${this.port} was taken by another process`)
    }
  }

  async #listenOn(port: number): Promise<boolean> {
    this.#server.listen(port, '127.0.0.1')
    try {
      await once(this.#server, 'listening')
    } catch {
      return false
    }
    return (this.#server.address() as AddressInfo).port === port
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.tally.requests++
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      // The client disconnected before it had sent everything.
      return
    }
    const { 'content-type': contentType, 'content-encoding': encoding } = request.headers
    this.#answer(response, { body: Buffer.concat(chunks), contentType, encoding })
  }

  #answer(response: ServerResponse, received: Received): void {
    const behaviour = this.#behaviour
    if (behaviour.kind !== 'accept') this.tally.turnedAway++
    response.setHeader('content-type', received.contentType ?? 'text/plain')
    switch (behaviour.kind) {
      case 'accept': {
        this.tally.take(received)
        const answer = () => response.writeHead(200).end(received.contentType === JSON_TYPE ? '{}' : '')
        if (behaviour.delayMillis === 0) answer()
        else setTimeout(answer, behaviour.delayMillis)
        break
      }
      case 'status':
        if (behaviour.retryAfterSeconds !== undefined) {
          response.setHeader('retry-after', behaviour.retryAfterSeconds)
        }
        response.writeHead(behaviour.status).end()
        break
      case 'drip':
        if (behaviour.part === 'body') this.tally.take(received)
        drip(response, behaviour.part)
        break
      case 'refuse':
        response.destroy()
        break
      case 'hang':
    }
  }
}

function drip(response: ServerResponse, part: 'headers' | 'body'): void {
  const { socket } = response
  if (part === 'body') response.writeHead(200)
  else socket?.write('HTTP/1.1 200 OK\r\nx-slow: ')
  const timer = setInterval(() => (part === 'body' ? response.write(' ') : socket?.write('.')), DRIP_MILLIS)
  response.on('close', () => clearInterval(timer))
}
