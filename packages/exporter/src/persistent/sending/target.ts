import * as http from 'node:http'
import * as https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { CLASS } from '../check-option.ts'
import type { HttpAgentOption } from '../options.ts'
import { nameOfError } from './answer.ts'

/** Where requests go, and the connections to it. */
export interface Target {
  /** To be awaited before the first request; rejects where the application gives no agent. */
  ready(): Promise<void>
  /** A request that nothing is written to yet. */
  request(headers: http.OutgoingHttpHeaders): http.ClientRequest
  /** Closes the connections that no request is using. */
  closeIdle(): void
  /** Closes all connections. */
  close(): void
}

/** Whether Node can use it for connections. */
export const isAgent = (value: unknown): value is http.Agent =>
  typeof (value as { addRequest?: unknown } | null | undefined)?.addRequest === 'function'

/** @throws TypeError if the URL is none, or Node does not take the options of an agent */
export function newTarget(url: string, option: HttpAgentOption): Target {
  const parsed = new URL(url)
  const { request } = parsed.protocol === 'https:' ? https : http
  const own = typeof option === 'function' ? undefined : newAgent(parsed.protocol, option)
  let agent = own
  let asking: Promise<void> | undefined
  const ask = async () => {
    if (typeof option !== 'function') return
    const given = await option(parsed.protocol)
    if (!isAgent(given)) throw new TypeError('not an agent')
    agent = given
  }
  const options = { ...urlToHttpOptions(parsed), method: 'POST' }
  return {
    ready() {
      asking ??= ask().catch((error: unknown) => {
        asking = undefined
        throw error
      })
      return asking
    },
    request: (headers) => request({ ...options, agent, headers }),
    // The application's own agent may have connections that are not ours.
    closeIdle() {
      for (const sockets of Object.values(own?.freeSockets ?? {})) {
        for (const socket of sockets ?? []) socket.destroy()
      }
    },
    close: () => own?.destroy(),
  }
}

function newAgent(protocol: string, options: Readonly<Record<string, unknown>>): http.Agent {
  const { Agent } = protocol === 'https:' ? https : http
  try {
    return new Agent({ keepAlive: true, ...options })
  } catch (error) {
    const words = error instanceof Error ? error.message : nameOfError(error)
    throw new TypeError(`${CLASS}: option httpAgentOptions is not what Node takes: ${words}`)
  }
}
