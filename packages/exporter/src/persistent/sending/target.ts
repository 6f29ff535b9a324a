import * as http from 'node:http'
import * as https from 'node:https'
import { urlToHttpOptions } from 'node:url'

/** Where requests go, and the connections to it. */
export interface Target {
  /** A request that nothing is written to yet. */
  request(headers: http.OutgoingHttpHeaders): http.ClientRequest
  /** Closes the connections that no request is using. */
  closeIdle(): void
  /** Closes all connections. */
  close(): void
}

/** @throws TypeError if the URL is none */
export function newTarget(url: string, agentOptions: Readonly<Record<string, unknown>>): Target {
  const parsed = new URL(url)
  const { request, Agent } = parsed.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, ...agentOptions })
  const options = { ...urlToHttpOptions(parsed), method: 'POST', agent }
  return {
    request: (headers) => request({ ...options, headers }),
    closeIdle() {
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of sockets ?? []) socket.destroy()
      }
    },
    close: () => agent.destroy(),
  }
}
