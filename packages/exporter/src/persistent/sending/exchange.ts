import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Codec } from '../encoder/codec.ts'
import { nameOfError, noAnswer, readAnswer } from './answer.ts'
import type { Target } from './target.ts'
import type { Answer } from './types.ts'

/** Of an answer, what is read. */
const MOST = 64 * 1024

/** One request and its answer. Ends once, and leaves nothing that is open behind. */
export class Exchange {
  /** Never rejects. */
  readonly answer: Promise<Answer>
  readonly #target: Target
  readonly #codec: Codec
  #resolve: (answer: Answer) => void = () => {}
  #isHeld: boolean
  #isOver = false
  #request: ClientRequest | undefined
  #response: IncomingMessage | undefined
  readonly #chunks: Buffer[] = []
  #size = 0

  /** @param isHeld whether the process waits for it */
  constructor(target: Target, codec: Codec, isHeld = false) {
    this.#target = target
    this.#codec = codec
    this.#isHeld = isHeld
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Sends it, unless it has ended by now. */
  send(headers: OutgoingHttpHeaders, parts: readonly Buffer[]): void {
    if (!this.#isOver) this.#open(headers, parts, true)
  }

  /** Whether the process waits for it from now on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#holdSocket()
  }

  /** Whether it was sent, and has no connection yet. */
  get isConnecting(): boolean {
    return this.#request !== undefined && this.#request.socket?.connecting !== false
  }

  /**
   * Ends it. A receiver that has begun to answer has said what became of the request: to repeat what it took because
   * the rest of its answer does not come would be to send it for ever.
   */
  end(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    const { statusCode, headers } = this.#response ?? {}
    if (statusCode === undefined || headers === undefined) this.#resolve(noAnswer(reason))
    else this.#resolve(readAnswer(statusCode, headers, Buffer.concat(this.#chunks), this.#codec))
    // Else a receiver that answers early, or without an end, would keep the connection with nobody to end it.
    if (this.#response?.complete !== true || !this.#request?.writableFinished) this.#request?.destroy()
  }

  #open(headers: OutgoingHttpHeaders, parts: readonly Buffer[], mayRepeat: boolean): void {
    let length = 0
    for (const part of parts) length += part.length
    try {
      // With its length from the start: some headers make Node write the head at once.
      const request = this.#target.request({ ...headers, 'content-length': length })
      this.#request = request
      this.#listen(request, mayRepeat ? () => this.#open(headers, parts, false) : undefined)
      // Nothing is written before the connection is there; then all of it is, at once.
      for (const part of parts) request.write(part)
      request.end()
    } catch (error) {
      this.end(nameOfError(error))
    }
  }

  #listen(request: ClientRequest, repeat: (() => void) | undefined): void {
    request.on('socket', () => this.#holdSocket())
    request.on('response', (response) => this.#read(response))
    request.on('error', (error) => {
      const name = nameOfError(error)
      const isStale = request.reusedSocket && (name === 'ECONNRESET' || name === 'EPIPE')
      if (!isStale || repeat === undefined || this.#isOver || this.#response !== undefined)
        return this.end(name)
      // The receiver had closed a connection that was idle. Others that were idle are likely to be closed as well.
      this.#target.closeIdle()
      repeat()
    })
    request.on('close', () => {
      if (request === this.#request) this.end('closed')
    })
  }

  #holdSocket(): void {
    if (this.#isHeld) this.#request?.socket?.ref()
    else this.#request?.socket?.unref()
  }

  #read(response: IncomingMessage): void {
    this.#response = response
    response.on('data', (chunk: Buffer) => {
      this.#size += chunk.length
      if (this.#size > MOST) this.end('too long')
      else this.#chunks.push(chunk)
    })
    response.on('end', () => this.end('ended'))
    response.on('error', (error) => this.end(nameOfError(error)))
  }
}
