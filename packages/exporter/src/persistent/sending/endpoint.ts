import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { urlToHttpOptions } from 'node:url'
import { countOf, kindOf } from '@otel-sessions/semconv/internal'
import { type Compression, type HeadersOption, type HttpAgentOption, PROCESSOR } from '../options.ts'
import { logUndefinedHeader, nameOfError } from './messages.ts'

/** Where requests go, and the connections to it. */
export interface Endpoint {
  /** As messages name it. The rest of the URL may contain a key. */
  readonly host: string
  /** Resolves when requests can be made; rejects if the application's function returns no agent. */
  ready(): Promise<void>
  /** Has `ready` call the application's function again, if that has not finished. */
  askAgain(): void
  /** Starts a request without a body yet. */
  request(headers: http.OutgoingHttpHeaders): http.ClientRequest
  /** Closes our connections that no request is using. */
  closeIdle(): void
  /** Closes all connections. */
  close(): void
}

/** Returns a whole http: or https: URL that Node can send requests to; undefined for any other value. */
export function httpUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const url = new URL(value)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  try {
    // It decodes the name and the password, which fails for some valid URLs.
    urlToHttpOptions(url)
    return url
  } catch {
    return undefined
  }
}

/** Whether Node can use a value for connections. */
export const isAgent = (value: unknown): value is http.Agent =>
  typeof (value as { addRequest?: unknown } | null | undefined)?.addRequest === 'function'

/** @throws TypeError for an invalid URL, or for agent options that Node rejects */
export function openEndpoint(url: string, option: HttpAgentOption, timeoutMillis: number): Endpoint {
  const parsed = new URL(url)
  const { request } = parsed.protocol === 'https:' ? https : http
  const own = typeof option === 'function' ? undefined : newAgent(parsed.protocol, option)
  let agent = own
  let asking: Promise<void> | undefined
  const ask = async () => {
    if (typeof option !== 'function') return
    const given = await option(parsed.protocol)
    if (!isAgent(given)) throw new TypeError('not an agent')
    // The first one stays, should an earlier call return later.
    agent ??= given
  }
  const options = { ...urlToHttpOptions(parsed), method: 'POST', ...tunnelTimeout(own, timeoutMillis) }
  // An agent of the application may have connections that are not ours.
  const opened = new WeakSet<object>()
  return {
    host: parsed.host,
    ready() {
      if (asking !== undefined) return asking
      const asked = ask().catch((error: unknown) => {
        if (asking === asked) asking = undefined
        throw error
      })
      asking = asked
      return asked
    },
    askAgain() {
      if (agent === undefined) asking = undefined
    },
    request(headers) {
      const made = request({ ...options, agent, headers })
      made.once('socket', (socket) => {
        if (!made.reusedSocket) opened.add(socket)
      })
      return made
    },
    closeIdle() {
      for (const sockets of Object.values(agent?.freeSockets ?? {})) {
        for (const socket of sockets ?? []) if (opened.has(socket)) socket.destroy()
      }
    },
    close: () => own?.destroy(),
  }
}

function newAgent(protocol: string, options: Readonly<Record<string, unknown>>): http.Agent {
  const { Agent, globalAgent } = protocol === 'https:' ? https : http
  try {
    return new Agent({ keepAlive: true, ...proxyOf(globalAgent), ...options })
  } catch (error) {
    const reason = error instanceof Error ? error.message : nameOfError(error)
    throw new TypeError(`${PROCESSOR}: option httpAgentOptions was rejected by Node: ${reason}`)
  }
}

/** The proxies that Node's own agent uses: with `NODE_USE_ENV_PROXY`, where this Node knows it, those of the environment. */
function proxyOf(globalAgent: unknown): Readonly<Record<string, unknown>> {
  const { proxyEnv } = optionsOf(globalAgent)
  return proxyEnv ? { proxyEnv } : {}
}

/** Node closes the connection to a proxy that opens no tunnel at this time, not with the request. */
const tunnelTimeout = (agent: http.Agent | undefined, timeout: number): { timeout?: number } =>
  optionsOf(agent).proxyEnv ? { timeout } : {}

const optionsOf = (agent: unknown): { proxyEnv?: unknown } =>
  (agent as { options?: { proxyEnv?: unknown } } | undefined)?.options ?? {}

// They describe the body, which is not the application's to change, or promise what this client does not do.
const RESERVED_HEADERS = new Set([
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'expect',
  'trailer',
  'upgrade',
])

/**
 * Checks headers from an object or from entries, such as a `Headers` or a `Map`, and returns them with lower-case names.
 * Numbers become strings; reserved headers are left out, and undefined values, which is logged once for each header.
 *
 * @throws TypeError that names the header and the kind of its value, never the value
 */
export function headersOf(given: unknown): Record<string, string> {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`headers must be an object or a function, it is ${kindOf(given)}`)
  }
  const headers: Record<string, string> = {}
  const entries = Symbol.iterator in given ? (given as Iterable<unknown>) : Object.entries(given)
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      throw new TypeError(`headers must have entries of a name and a value, one is ${kindOf(entry)}`)
    }
    const [name, value] = entry as unknown[]
    if (value === undefined) {
      logUndefinedHeader(nameInMessage(name))
      continue
    }
    const text = typeof value === 'number' ? String(value) : value
    if (!isHeader(name, text)) {
      throw new TypeError(
        `headers: ${nameInMessage(name)} must be a valid header name with a valid string or number, it is ${kindOf(value)}`,
      )
    }
    if (!RESERVED_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = text as string
  }
  return headers
}

/** The most characters of a header's name in a message. */
const MAX_NAME_LENGTH = 40

/** A header's name as messages show it. Tokens, which have digits or long words, may stand where the name should. */
function nameInMessage(name: unknown): string {
  if (typeof name !== 'string') return kindOf(name)
  const isShown = name.length <= MAX_NAME_LENGTH && /^[a-z _.-]*$/i.test(name) && !/[a-z]{17}/i.test(name)
  return isShown ? JSON.stringify(name) : `one whose name has ${countOf(name.length, 'character')}`
}

function isHeader(name: unknown, value: unknown): name is string {
  if (typeof name !== 'string' || typeof value !== 'string') return false
  try {
    http.validateHeaderName(name)
    http.validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

/** Makes the headers of a request with this content type, without its length. */
export type RequestHeaders = (
  contentType: string,
) => http.OutgoingHttpHeaders | Promise<http.OutgoingHttpHeaders>

/**
 * Returns the function that makes the headers of each request.
 *
 * @throws TypeError for invalid static headers; those that a function returns are checked for each request
 */
export function requestHeaders(option: HeadersOption, compression: Compression): RequestHeaders {
  const userAgent = `otel-sessions-exporter/${ownVersion()}`
  const complete = (contentType: string, headers: Readonly<Record<string, string>>) => ({
    ...headers,
    // The application's comes first, as OpenTelemetry's exporters have it.
    'user-agent': headers['user-agent'] ? `${headers['user-agent']} ${userAgent}` : userAgent,
    'content-type': contentType,
    ...(compression === 'none' ? {} : { 'content-encoding': compression }),
  })
  if (typeof option === 'function') {
    return async (contentType) => complete(contentType, headersOf(await option()))
  }
  const headers = headersOf(option)
  return (contentType) => complete(contentType, headers)
}

function ownVersion(): string {
  try {
    const file = join(import.meta.dirname, '../../../package.json')
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    // In a bundle, this may be the file of another package.
    return name === '@otel-sessions/exporter' && typeof version === 'string' ? version : '0'
  } catch {
    return '0'
  }
}
