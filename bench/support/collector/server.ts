import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Behaviour, Schedule } from './messages.ts'
import { JSON_TYPE, type Received, spanIdsOf } from './span-ids.ts'
import { numberOfId, Tally } from './tally.ts'

const DRIP_MILLIS = 500

/** What does not depend on the request. */
type SimpleBehaviour = Exclude<Behaviour, { kind: 'one span' | 'at most' | 'sick node' }>

const UP: SimpleBehaviour = { kind: 'accept', delayMillis: 0 }

/** A collector on one port that follows a schedule of behaviours. */
export class CollectorServer {
  readonly tally = new Tally()
  readonly #server = createServer((request, response) => void this.#handle(request, response))
  #behaviour: Behaviour = UP
  #timers: NodeJS.Timeout[] = []
  #connections = 0
  /** Those that the balancer gave to the sick node. */
  readonly #sick = new WeakSet<Socket>()
  port = 0

  /** Listens on a port, or on the next one that is free. */
  async listen(first: number): Promise<void> {
    this.#server.on('connection', (socket) => {
      if (this.#connections++ % 2 === 0) this.#sick.add(socket)
    })
    for (let port = first; this.port === 0; port++) if (await this.#listenOn(port)) this.port = port
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
    this.#answer(request.socket, response, { body: Buffer.concat(chunks), contentType, encoding })
  }

  #answer(socket: Socket, response: ServerResponse, received: Received): void {
    const behaviour = this.#behaviourFor(socket, received)
    if (behaviour.kind !== 'accept') this.tally.turnedAway++
    response.setHeader('content-type', received.contentType ?? 'text/plain')
    switch (behaviour.kind) {
      case 'accept': {
        this.tally.take(received)
        const body = acceptance(received.contentType === JSON_TYPE, behaviour.messageBytes)
        const answer = () => response.writeHead(200).end(body)
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

  /** What the current behaviour is for one request. */
  #behaviourFor(socket: Socket, received: Received): SimpleBehaviour {
    const behaviour = this.#behaviour
    switch (behaviour.kind) {
      case 'one span': {
        const { span, status } = behaviour
        if (!spanIdsOf(received).some((id) => numberOfId(id) === span)) return UP
        return status === undefined ? { kind: 'hang' } : { kind: 'status', status }
      }
      case 'at most':
        return spanIdsOf(received).length <= behaviour.spans
          ? UP
          : { kind: 'status', status: behaviour.status }
      case 'sick node':
        return this.#sick.has(socket) ? { kind: 'status', status: behaviour.status } : UP
      default:
        return behaviour
    }
  }
}

/** The body of an answer that accepts everything, with a message: its field 1, `partial_success`, has it as field 2. */
function acceptance(isJson: boolean, messageBytes = 0): string | Buffer {
  if (messageBytes === 0) return isJson ? '{}' : ''
  const message = 'x'.repeat(messageBytes)
  if (isJson) return JSON.stringify({ partialSuccess: { errorMessage: message } })
  const partialSuccess = Buffer.concat([lengthDelimited(2, messageBytes), Buffer.from(message)])
  return Buffer.concat([lengthDelimited(1, partialSuccess.length), partialSuccess])
}

function lengthDelimited(field: number, length: number): Buffer {
  const bytes = [(field << 3) | 2]
  let rest = length
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}

function drip(response: ServerResponse, part: 'headers' | 'body'): void {
  const { socket } = response
  if (part === 'body') response.writeHead(200)
  else socket?.write('HTTP/1.1 200 OK\r\nx-slow: ')
  const timer = setInterval(() => (part === 'body' ? response.write(' ') : socket?.write('.')), DRIP_MILLIS)
  response.on('close', () => clearInterval(timer))
}
