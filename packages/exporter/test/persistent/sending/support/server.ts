import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** A request as an endpoint receives it. */
interface Received {
  readonly headers: IncomingHttpHeaders
  readonly url: string
  readonly method: string
  readonly body: Buffer
  readonly socket: Socket
}

/** Answers a request after all of it has arrived. */
export type Reply = (response: ServerResponse, received: Received) => void

export const answer =
  (status: number, headers: Record<string, string> = {}, body: string | Buffer = ''): Reply =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }

/** An endpoint on a port of its own. It answers each request with the next of the replies, then with 200. */
export async function startEndpoint(replies: Reply[] = [], tls?: ServerOptions) {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('error', () => {})
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { headers, url = '', method = '', socket } = request
      const whole = { headers, url, method, socket, body: Buffer.concat(chunks) }
      received.push(whole)
      const reply = replies.shift() ?? answer(200)
      reply(response, whole)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.keepAliveTimeout = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    received,
    /** The open sockets. */
    sockets,
    /** How many connections there have been. */
    get connections() {
      return connections
    },
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/v1/traces`,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
