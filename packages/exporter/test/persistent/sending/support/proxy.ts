import { createServer, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** An HTTP proxy: it passes on requests with a whole URL, and opens tunnels. */
export async function startProxy() {
  /** What it was asked for, such as `POST http://…` or `CONNECT 127.0.0.1:443`. */
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((inbound, response) => {
    asked.push(`${inbound.method} ${inbound.url}`)
    const { method, headers } = inbound
    const outbound = request(inbound.url ?? '', { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outbound.on('error', () => response.destroy())
    inbound.pipe(outbound)
  })
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
  server.on('connection', track)
  server.on('connect', (inbound, socket) => {
    asked.push(`CONNECT ${inbound.url}`)
    const [host = '', port] = (inbound.url ?? '').split(':')
    const tunnel = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      tunnel.pipe(socket).pipe(tunnel)
    })
    track(tunnel)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    asked,
    url: `http://127.0.0.1:${port}`,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
