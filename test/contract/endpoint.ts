import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  decode,
  decodeJson,
  placedSpans,
} from '../../packages/exporter/test/persistent/encoder/support/decode.ts'

/** The answer to a request: a status, or a dropped connection. */
export type Answer = 200 | 400 | 401 | 404 | 429 | 500 | 502 | 503 | 504 | 'drop'

/** Answers after which the request must be retried. */
export const TEMPORARY = [429, 502, 503, 504, 'drop'] as const satisfies readonly Answer[]
/** Answers after which it must not be retried. */
export const PERMANENT = [400, 401, 404, 500] as const satisfies readonly Answer[]

/** A request and its answer. */
export interface HttpAttempt {
  readonly names: readonly string[]
  readonly answer: Answer
}

/** An OTLP/HTTP endpoint for traces that answers by a script. */
export class Endpoint {
  readonly exchanges: HttpAttempt[] = []
  readonly url: string
  readonly #server: ReturnType<typeof createServer>
  #script: Answer[] = []
  #held: Promise<void> | undefined
  #arrived: (() => void) | undefined

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
    server.on('request', (request, response) => void this.#receive(request, response))
  }

  static async start(): Promise<Endpoint> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Endpoint(server)
  }

  /** The answers to the next requests, in order; every later one is accepted. */
  play(script: readonly Answer[]): void {
    this.#script = [...script]
  }

  /** Keeps every request waiting until `release` is called. `arrived` resolves with the first of them. */
  hold(): { arrived: Promise<void>; release(): void } {
    let release = () => {}
    this.#held = new Promise((resolve) => {
      release = resolve
    })
    const arrived = new Promise<void>((resolve) => {
      this.#arrived = resolve
    })
    return { arrived, release }
  }

  /** The names of the spans in all requests whose answer matches, in order. */
  namesOf(matches: (answer: Answer) => boolean): string[] {
    return this.exchanges.filter(({ answer }) => matches(answer)).flatMap(({ names }) => names)
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray())
    this.#arrived?.()
    await this.#held
    const answer = this.#script.shift() ?? 200
    this.exchanges.push({ names: namesIn(request, body), answer })
    const type = request.headers['content-type'] ?? ''
    if (answer === 'drop') request.socket.destroy()
    else
      response
        .writeHead(answer, { 'content-type': type })
        .end(answer === 200 && type === 'application/json' ? '{}' : '')
  }
}

function namesIn({ headers }: IncomingMessage, body: Buffer): string[] {
  const encoding = headers['content-encoding']
  const unpacked =
    encoding === 'gzip' ? gunzipSync(body) : encoding === 'zstd' ? zstdDecompressSync(body) : body
  const request = headers['content-type'] === 'application/json' ? decodeJson(unpacked) : decode(unpacked)
  return placedSpans(request).map(({ span }) => String(span['name']))
}
