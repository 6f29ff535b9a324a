import http, { type OutgoingHttpHeaders, type RequestOptions } from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { sayOnce } from '../../report.ts'
import type { BodyFormat } from '../otlp/codec.ts'
import { answerOf, unanswered } from './answer.ts'
import { compressed } from './compress.ts'
import { exchange, type Reply } from './exchange.ts'
import { requestHeaders } from './request-headers.ts'
import type { Answer, SenderSettings, Transport } from './types.ts'
import { untraced } from './untraced.ts'

/** Posts over Node's own HTTP, on connections that are kept alive. */
export const newTransport = (settings: SenderSettings): Transport => new HttpTransport(settings)

class HttpTransport implements Transport {
  readonly #settings: SenderSettings
  readonly #request: (options: RequestOptions) => http.ClientRequest
  readonly #options: RequestOptions
  readonly #agent: http.Agent
  #isClosed = false

  constructor(settings: SenderSettings) {
    this.#settings = settings
    const url = new URL(settings.url)
    const isSecure = url.protocol === 'https:'
    // Called on the module, so that what patches it later is called, too.
    this.#request = (options) => (isSecure ? https : http).request(options)
    this.#agent = new (isSecure ? https : http).Agent({ keepAlive: true, ...settings.agentOptions })
    this.#options = { ...urlToHttpOptions(url), method: 'POST', agent: this.#agent }
  }

  post(format: BodyFormat, parts: readonly Buffer[]): Promise<Answer> {
    return untraced(() => this.#post(format, parts))
  }

  close(): void {
    this.#isClosed = true
    // Also what is in flight: it is answered with an error.
    this.#agent.destroy()
  }

  async #post(format: BodyFormat, parts: readonly Buffer[]): Promise<Answer> {
    const { headers, compression } = this.#settings
    let given: Readonly<Record<string, string>>
    try {
      given = typeof headers === 'function' ? await headers() : headers
    } catch {
      sayOnce(
        'headers',
        () => 'the function of option headers throws; what was to be sent is tried again later',
      )
      return unanswered('headers')
    }
    try {
      const body = await compressed(parts, compression)
      const reply = await this.#send(requestHeaders(given, format, compression, body), body, true)
      return answerOf(format, reply.status, reply.headers, reply.body)
    } catch (error) {
      return unanswered(reasonOf(error))
    }
  }

  async #send(headers: OutgoingHttpHeaders, body: readonly Buffer[], isFirst: boolean): Promise<Reply> {
    if (this.#isClosed) throw new Error('closed')
    const request = this.#request({ ...this.#options, headers })
    try {
      return await exchange(request, body, this.#settings.timeoutMillis)
    } catch (error) {
      // A server may close a connection that was idle at the very moment in which it is used again.
      const isStale = request.reusedSocket && reasonOf(error) === 'ECONNRESET'
      if (isStale && isFirst) return this.#send(headers, body, false)
      throw error
    }
  }
}

const reasonOf = (error: unknown): string => {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : String(name)
}
