import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Codec } from '../../encoder/codec.ts'
import { nameOfError } from '../messages.ts'
import type { Answer } from '../types.ts'
import { isOfServer, maxAnswerBytes, noAnswer, readAnswer } from './answers.ts'
import type { Deadline } from './deadline.ts'
import type { Endpoint } from './endpoint.ts'
import { Pieces } from './pieces.ts'

/** One request and its answer. It ends once, and leaves nothing open. */
export class HttpAttempt {
  /** Never rejects. */
  readonly answer: Promise<Answer>
  readonly #endpoint: Endpoint
  readonly #codec: Codec
  #resolve: (answer: Answer) => void = () => {}
  #keepsAlive: boolean
  #isOver = false
  #request: ClientRequest | undefined
  #response: IncomingMessage | undefined
  readonly #body = new Pieces()

  /** @param keepsAlive whether it keeps the process alive */
  constructor(endpoint: Endpoint, codec: Codec, keepsAlive = false) {
    this.#endpoint = endpoint
    this.#codec = codec
    this.#keepsAlive = keepsAlive
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Sends the request, unless the attempt has ended. */
  send(headers: OutgoingHttpHeaders, parts: readonly Buffer[], deadline: Deadline): void {
    if (this.#isOver) return
    let length = 0
    for (const part of parts) length += part.length
    deadline.begin(length)
    this.#open({ ...headers, 'content-length': length }, parts, deadline, true)
  }

  /** Whether it keeps the process alive from now on. */
  keepAlive(isNeeded: boolean): void {
    this.#keepsAlive = isNeeded
    this.#refSocket()
  }

  /** Whether the request was sent and has no connection yet. */
  get isConnecting(): boolean {
    return this.#request !== undefined && this.#request.socket?.connecting !== false
  }

  /**
   * Ends the attempt. If the head of an answer has arrived it counts, although the rest is missing: a retry would send
   * accepted spans again, and forever if the rest never comes.
   */
  end(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    const { statusCode: status, headers = {} } = this.#response ?? {}
    if (status === undefined) this.#resolve(noAnswer(reason))
    else this.#resolve(this.#readAnswer(status, headers))
    // An endpoint that answers early, or without an end, would leave the connection open.
    if (this.#response?.complete !== true || !this.#request?.writableFinished) this.#request?.destroy()
    if (this.#request !== undefined && (status === undefined || isOfServer(status))) this.#disconnect()
  }

  #readAnswer(status: number, headers: IncomingHttpHeaders): Answer {
    return readAnswer({ status, headers, body: this.#body.whole() }, this.#codec, this.#endpoint.host)
  }

  /** Has the next request open a connection: behind a balancer, this one leads to the same server again. */
  #disconnect(): void {
    this.#request?.socket?.destroy()
    this.#endpoint.closeIdle()
  }

  #open(
    headers: OutgoingHttpHeaders,
    parts: readonly Buffer[],
    deadline: Deadline,
    mayRepeat: boolean,
  ): void {
    try {
      // The length is among them, because some headers make Node write the head at once.
      const request = this.#endpoint.request(headers)
      this.#request = request
      this.#listen(request, mayRepeat ? () => this.#open(headers, parts, deadline, false) : undefined)
      request.on('finish', () => deadline.uploaded())
      this.#write(request, slicesOf(parts), deadline)
    } catch (error) {
      this.end(nameOfError(error))
    }
  }

  /** Writes the next slice. Only the next one shows that it was taken: Node passes on at once whatever waits. */
  #write(request: ClientRequest, slices: Buffer[][], deadline: Deadline): void {
    const slice = slices.shift() ?? []
    const last = slice.pop()
    // Node buffers this until the connection is open.
    for (const piece of slice) request.write(piece)
    if (slices.length === 0) {
      request.end(last)
      return
    }
    request.write(last, (error) => {
      if (error || this.#isOver || request !== this.#request) return
      deadline.progress()
      this.#write(request, slices, deadline)
    })
  }

  #listen(request: ClientRequest, repeat: (() => void) | undefined): void {
    request.on('socket', () => this.#refSocket())
    request.on('response', (response) => this.#read(response))
    request.on('error', (error) => {
      const name = nameOfError(error)
      const isStale = request.reusedSocket && (name === 'ECONNRESET' || name === 'EPIPE')
      if (!isStale || repeat === undefined || this.#isOver || this.#response !== undefined)
        return this.end(name)
      // The endpoint had closed this idle connection, and has probably closed the other idle ones.
      this.#endpoint.closeIdle()
      repeat()
    })
    request.on('close', () => {
      if (request === this.#request) this.end('closed')
    })
  }

  #refSocket(): void {
    if (this.#keepsAlive) this.#request?.socket?.ref()
    else this.#request?.socket?.unref()
  }

  #read(response: IncomingMessage): void {
    this.#response = response
    const limit = maxAnswerBytes(response.statusCode ?? 0)
    response.on('data', (chunk: Buffer) => {
      this.#body.add(chunk)
      if (this.#body.length > limit) this.end('too long')
    })
    response.on('end', () => this.end('ended'))
    response.on('error', (error) => this.end(nameOfError(error)))
  }
}

/** A body is written in pieces of about this size, so that a slow connection shows progress. */
const SLICE_BYTES = 1024 * 1024

function slicesOf(parts: readonly Buffer[]): Buffer[][] {
  const slices: Buffer[][] = []
  let left = 0
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      if (left === 0) {
        slices.push([])
        left = SLICE_BYTES
      }
      const piece = part.subarray(at, at + left)
      slices.at(-1)?.push(piece)
      at += piece.length
      left -= piece.length
    }
  }
  return slices
}
