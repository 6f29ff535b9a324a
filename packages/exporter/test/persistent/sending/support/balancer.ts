import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP balancer: it passes each new connection on to the next endpoint, and nothing but a new connection changes it. */
export async function startBalancer(urls: readonly string[]) {
  const ports = urls.map((url) => Number(new URL(url).port))
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((inbound) => {
    const outbound = connect(ports[connections++ % ports.length] ?? 0, '127.0.0.1')
    const ends = [inbound, outbound]
    for (const socket of ends) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        for (const end of ends) end.destroy()
      })
    }
    inbound.pipe(outbound).pipe(inbound)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    /** How many connections there have been. */
    get connections() {
      return connections
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
