import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  decode,
  decodeJson,
  encodeAnswer,
  placedSpans,
} from '../../packages/exporter/test/persistent/encoder/support/decode.ts'

/** Answers after which the request must be retried. */
export const TEMPORARY = [429, 502, 503, 504, 'drop'] as const satisfies readonly Reply[]
/** Answers after which it must not be retried. */
export const PERMANENT = [400, 401, 404, 500] as const satisfies readonly Reply[]

/** An answer with more than a status. A body that is an object is encoded as the request was. */
export interface FullReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | object
}

/** The answer to a request: a status, a dropped connection, no answer at all, or a function that writes it. */
export type Reply = number | FullReply | 'drop' | 'hang' | ((response: ServerResponse) => void)

/** A request as it arrived, and its answer. */
export interface HttpAttempt {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly names: readonly string[]
  readonly resources: readonly unknown[]
  /** The connection that it came on: 1 for the first. */
  readonly connection: number
  readonly at: number
  readonly reply: Reply
}

/** Decides the answer to a request whose spans have these names. */
type Rule = (names: readonly string[]) => Reply

/** An OTLP/HTTP endpoint for traces that answers by a script. */
export class Endpoint {
  readonly exchanges: HttpAttempt[] = []
  readonly origin: string
  readonly #server: ReturnType<typeof createServer>
  readonly #connections = new WeakMap<object, number>()
  #connectionCount = 0
  #script: Reply[] = []
  #rule: Rule = () => 200
  #held: Promise<void> | undefined
  readonly #arrivals: (() => void)[] = []

  private constructor(server: ReturnType<typeof createServer>, protocol: string) {
    this.#server = server
    this.origin = `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => void this.#receive(request, response))
    server.on('connection', (socket) => this.#connections.set(socket, ++this.#connectionCount))
    server.on('secureConnection', (socket) => this.#connections.set(socket, ++this.#connectionCount))
  }

  static async start(tls?: TlsOptions): Promise<Endpoint> {
    const server = tls === undefined ? createServer() : createTlsServer(tls)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Endpoint(server, tls === undefined ? 'http:' : 'https:')
  }

  /** The address of its traces. */
  get url(): string {
    return `${this.origin}/v1/traces`
  }

  /** The answers to the next requests, in order. */
  play(script: readonly Reply[]): void {
    this.#script = [...script]
  }

  /** The answers after those of the script; without a rule, every request is accepted. */
  answer(rule: Rule): void {
    this.#rule = rule
  }

  /** Keeps every request waiting until `release` is called. `arrived` resolves with the first of them. */
  hold(): { arrived: Promise<void>; release(): void } {
    let release = () => {}
    this.#held = new Promise((resolve) => {
      release = resolve
    })
    return { arrived: this.nextRequest(), release }
  }

  /** Resolves when the next request has arrived. */
  nextRequest(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve))
  }

  /** The names of the spans in all requests whose answer matches, in order. */
  namesOf(matches: (reply: Reply) => boolean): string[] {
    return this.exchanges.filter(({ reply }) => matches(reply)).flatMap(({ names }) => names)
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray())
    for (const arrived of this.#arrivals.splice(0)) arrived()
    await this.#held
    const spans = spansIn(request, body)
    const names = spans.map(({ span }) => String(span['name']))
    const reply = this.#script.shift() ?? this.#rule(names)
    const { method = '', url: path = '', headers } = request
    const connection = this.#connections.get(request.socket) ?? 0
    const resources = spans.map(({ resource }) => resource)
    this.exchanges.push({ method, path, headers, names, resources, connection, at: Date.now(), reply })
    if (reply === 'drop') request.socket.destroy()
    else if (typeof reply === 'function') reply(response)
    else if (reply !== 'hang') write(response, typeof reply === 'number' ? { status: reply } : reply, headers)
  }
}

function write(response: ServerResponse, reply: FullReply, request: IncomingMessage['headers']): void {
  const type = request['content-type'] ?? ''
  const isJson = type === 'application/json'
  const { status, headers = {}, body = status === 200 && isJson ? '{}' : '' } = reply
  const isText = typeof body === 'string' || body instanceof Uint8Array
  const encoded = isText ? body : isJson ? JSON.stringify(body) : encodeAnswer(body)
  response.writeHead(status, { 'content-type': type, ...headers }).end(encoded)
}

function spansIn({ headers }: IncomingMessage, body: Buffer) {
  const encoding = headers['content-encoding']
  const unpacked =
    encoding === 'gzip' ? gunzipSync(body) : encoding === 'zstd' ? zstdDecompressSync(body) : body
  return placedSpans(headers['content-type'] === 'application/json' ? decodeJson(unpacked) : decode(unpacked))
}
