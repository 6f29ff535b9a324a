import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import * as zlib from 'node:zlib'
import { problems } from '../../problems.ts'
import type { BodyFormat, Codec } from '../encoder/codec.ts'
import { readErrorMessage } from '../encoder/index.ts'
import type { Compression } from '../options.ts'
import { type Endpoint, openEndpoint, requestHeaders } from './endpoint.ts'
import { nameOfError, shorten } from './messages.ts'
import {
  type Answer,
  type Clock,
  type RetryAnswer,
  type SenderSettings,
  systemClock,
  type Transport,
} from './types.ts'

/**
 * Posts bodies over HTTP or HTTPS, on connections that are kept alive.
 *
 * @throws TypeError for an invalid URL, invalid static headers, or agent options that Node rejects
 */
export function newTransport(
  settings: SenderSettings,
  codecOf: (format: BodyFormat) => Codec,
  clock: Clock = systemClock,
): Transport {
  const endpoint = openEndpoint(settings.url, settings.agentOptions)
  const { host } = new URL(settings.url)
  const headersOf = requestHeaders(settings.headers, settings.compression)
  const inFlight = new Set<HttpAttempt>()
  let keepsAlive = false
  let isClosed = false

  const prepare = async (codec: Codec, parts: readonly Buffer[]) => {
    await endpoint.ready().catch((error: unknown) => {
      logFailure('httpAgentOptions', error, host)
      throw error
    })
    const headers = await Promise.resolve(headersOf(codec.contentType)).catch((error: unknown) => {
      logFailure('headers', error, host)
      throw error
    })
    return [headers, await compress(settings.compression, parts)] as const
  }

  return {
    async post(format, parts) {
      if (isClosed) return noAnswer('closed')
      const codec = codecOf(format)
      const attempt = new HttpAttempt(endpoint, codec, keepsAlive)
      inFlight.add(attempt)
      const timer = clock.after(settings.timeoutMillis, () => attempt.end('timeout'))
      prepare(codec, parts).then(
        ([headers, body]) => attempt.send(headers, body),
        (error: unknown) => attempt.end(nameOfError(error)),
      )
      const answer = await attempt.answer
      timer.cancel()
      inFlight.delete(attempt)
      return answer
    },
    keepAlive(isNeeded) {
      keepsAlive = isNeeded
      for (const attempt of inFlight) attempt.keepAlive(isNeeded)
    },
    abort(which) {
      for (const attempt of inFlight) if (which === 'all' || attempt.isConnecting) attempt.end('aborted')
    },
    close() {
      isClosed = true
      for (const attempt of inFlight) attempt.end('closed')
      endpoint.close()
    },
  }
}

// With the error's name alone: its message may contain a token.
function logFailure(option: string, error: unknown, host: string): void {
  const name = nameOfError(error)
  problems.report(
    option,
    () => `the function in option ${option} for ${host} failed (${name}); spans wait until it succeeds`,
    host,
  )
}

/** Whether this Node has zstd: from 22.15 on. */
export const hasZstd = typeof zlib.zstdCompress === 'function'

/** Output comes in pieces of this size, each a trip to the thread pool. The default costs gzip 10 %, zstd 35 % more. */
const OUTPUT_BYTES = 256 * 1024
/** The most memory that zlib uses. The default costs 9 % more CPU. */
const MEM_LEVEL = 9

/** Compresses a body on the thread pool, at level 1. Rejects with zlib's error, such as for a lack of memory. */
function compress(compression: Compression, parts: readonly Buffer[]): Promise<readonly Buffer[]> {
  if (compression === 'none') return Promise.resolve(parts)
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, body: Buffer) => (error === null ? resolve([body]) : reject(error))
    const body = Buffer.concat(parts)
    if (compression === 'gzip') {
      zlib.gzip(body, { level: 1, chunkSize: OUTPUT_BYTES, memLevel: MEM_LEVEL }, done)
    } else {
      const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 }
      zlib.zstdCompress(body, { chunkSize: OUTPUT_BYTES, params }, done)
    }
  })
}

/** How much of an answer is read. */
const MAX_ANSWER_BYTES = 64 * 1024

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
  readonly #chunks: Buffer[] = []
  #size = 0

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
  send(headers: OutgoingHttpHeaders, parts: readonly Buffer[]): void {
    if (!this.#isOver) this.#open(headers, parts, true)
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
    const { statusCode, headers } = this.#response ?? {}
    if (statusCode === undefined || headers === undefined) this.#resolve(noAnswer(reason))
    else this.#resolve(readAnswer(statusCode, headers, Buffer.concat(this.#chunks), this.#codec))
    // An endpoint that answers early, or without an end, would leave the connection open.
    if (this.#response?.complete !== true || !this.#request?.writableFinished) this.#request?.destroy()
    if (this.#request !== undefined && (statusCode === undefined || isOfServer(statusCode)))
      this.#disconnect()
  }

  /** Has the next request open a connection: behind a balancer, this one leads to the same server again. */
  #disconnect(): void {
    this.#request?.socket?.destroy()
    this.#endpoint.closeIdle()
  }

  #open(headers: OutgoingHttpHeaders, parts: readonly Buffer[], mayRepeat: boolean): void {
    let length = 0
    for (const part of parts) length += part.length
    try {
      // The length is set first, because some headers make Node write the head at once.
      const request = this.#endpoint.request({ ...headers, 'content-length': length })
      this.#request = request
      this.#listen(request, mayRepeat ? () => this.#open(headers, parts, false) : undefined)
      // Node buffers this until the connection is open.
      for (const part of parts) request.write(part)
      request.end()
    } catch (error) {
      this.end(nameOfError(error))
    }
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
    response.on('data', (chunk: Buffer) => {
      this.#size += chunk.length
      if (this.#size > MAX_ANSWER_BYTES) this.end('too long')
      else this.#chunks.push(chunk)
    })
    response.on('end', () => this.end('ended'))
    response.on('error', (error) => this.end(nameOfError(error)))
  }
}

/** Stands for an answer that did not arrive. What became of the request is unknown, so it is retried. */
export const noAnswer = (reason: string): RetryAnswer => ({
  kind: 'retry',
  reason,
  status: undefined,
  afterMillis: undefined,
})

// The statuses that OTLP's specification calls retryable, and no others.
const RETRYABLE = new Set([429, 502, 503, 504])

// These tell about the server and the connection, not about the request. Another server may answer otherwise.
const OF_SERVER = new Set([408, 421, 429])

const isOfServer = (status: number): boolean => status >= 500 || OF_SERVER.has(status)

/** Reads an answer. `body` is as much of it as was received. */
function readAnswer(status: number, headers: IncomingHttpHeaders, body: Buffer, codec: Codec): Answer {
  const contentType = headers['content-type']
  if (status >= 200 && status < 300) {
    const partial = body.length > 0 ? codec.readAnswer(body, contentType) : undefined
    return {
      kind: 'accepted',
      rejectedSpans: partial?.rejectedSpans ?? 0,
      message: partial?.message ?? '',
    }
  }
  if (RETRYABLE.has(status)) {
    const afterMillis = retryAfterMillis(headers['retry-after'], headers.date)
    return { kind: 'retry', reason: String(status), status, afterMillis }
  }
  if (status === 413) return { kind: 'too-large' }
  return { kind: 'rejected', status, message: shorten(readErrorMessage(body, contentType)) }
}

// The three date formats of HTTP all begin with the name of the day; `Date.parse` alone reads `-1` as a year.
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*?( GMT)?$/

function parseDate(value: string): number {
  const match = DATE.exec(value)
  if (match === null) return Number.NaN
  return Date.parse(match[1] === undefined ? `${value} GMT` : value)
}

/**
 * The milliseconds that the header `Retry-After` asks to wait, never negative. It is a number of seconds or a date,
 * which is compared with the endpoint's own `Date` header if there is one, because the two clocks may differ.
 *
 * @returns undefined for a missing or invalid header
 */
export function retryAfterMillis(value: string | undefined, date: string | undefined): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const until = parseDate(text)
  if (Number.isNaN(until)) return undefined
  const sent = parseDate(date ?? '')
  return Math.max(0, until - (Number.isNaN(sent) ? Date.now() : sent))
}
