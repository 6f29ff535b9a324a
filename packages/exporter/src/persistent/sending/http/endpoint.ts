import http from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import type { HttpAgentOption } from '../../options.ts'
import { logUnusableAgent, nameOfError } from '../messages.ts'
import { checkAgent, newAgent, optionsOf, whyRejected } from './agent.ts'
import { OptionFailure } from './option-failure.ts'

/** Where requests go, and the connections to it. */
export interface Endpoint {
  /** As messages name it. The rest of the URL may contain a key. */
  readonly host: string
  /** Resolves when requests can be made; rejects if the application's function returns no agent. */
  ready(): Promise<void>
  /** Has `ready` call the application's function again, if that has not finished. */
  askAgain(): void
  /** Starts a request without a body yet. @throws OptionFailure if Node or the agent rejects it */
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

/** @throws TypeError for an invalid URL, or for agent options that Node rejects */
export function openEndpoint(url: string, option: HttpAgentOption, timeoutMillis: number): Endpoint {
  const parsed = new URL(url)
  const { request } = parsed.protocol === 'https:' ? https : http
  const own = typeof option === 'function' ? undefined : newAgent(parsed.protocol, option)
  let agent = own?.agent
  let asking: Promise<void> | undefined
  const ask = async () => {
    if (typeof option !== 'function') return
    const given = checkAgent(await option(parsed.protocol))
    // The first one stays, should an earlier call return later.
    agent ??= given
  }
  const options = { ...urlToHttpOptions(parsed), method: 'POST', ...tunnelTimeout(own?.agent, timeoutMillis) }
  const ofEnvironment = parsed.protocol === 'https:' ? ', or a certificate or key of the environment,' : ''
  const what = own ? `option httpAgentOptions${ofEnvironment}` : 'the agent of option httpAgentOptions'
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
      let made: http.ClientRequest
      const start = () => request({ ...options, agent, headers })
      try {
        made = own ? own.starting(start) : start()
      } catch (error) {
        // Headers are valid, and the URL is. Node checks the rest here, and calls the agent.
        logUnusableAgent(what, whyRejected(error), parsed.host)
        throw new OptionFailure('httpAgentOptions', nameOfError(error))
      }
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
    close: () => own?.agent.destroy(),
  }
}

/** Node closes the connection to a proxy that opens no tunnel at this time, not with the request. */
const tunnelTimeout = (agent: http.Agent | undefined, timeout: number): { timeout?: number } =>
  optionsOf(agent).proxyEnv ? { timeout } : {}
