/** The least of a server of PostgreSQL, MySQL and Redis: each answers every query a few turns later, with nothing. */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Socket } from 'node:net'

const require = createRequire(import.meta.url)

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port

const later = (answer: () => void) => void setImmediate(() => setImmediate(answer))

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer(serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return portOf(server)
}

/** A message of PostgreSQL: its type, its length, its body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const READY = message('Z', Buffer.from('I'))
const AUTHENTICATED = message('R', Buffer.alloc(4))
const COMPLETE = message('C', Buffer.from('SELECT 0\0'))

/** Simple queries only; a client sends one at a time, each in one packet. */
export const servePostgres = (): Promise<number> =>
  listen((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([AUTHENTICATED, READY]))
      socket.on('data', (packet) => {
        if (packet.toString('latin1', 0, 1) === 'Q')
          later(() => socket.write(Buffer.concat([COMPLETE, READY])))
      })
    })
  })

/** mysql2 has a server's side of the protocol. */
export async function serveMysql(): Promise<number> {
  const { createServer: create } = require('mysql2') as {
    createServer(): NodeJS.EventEmitter & { listen(port: number): void; _server: { address(): unknown } }
  }
  const server = create()
  server.on('connection', (connection) => {
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '8.0.0',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      // All but TLS and compression.
      capabilityFlags: 0xffffff & ~((1 << 11) | (1 << 5)),
    })
    connection.on('query', () => later(() => connection.writeOk({ affectedRows: 1 })))
    connection.on('error', () => {})
  })
  server.listen(0)
  await once(server._server as unknown as NodeJS.EventEmitter, 'listening')
  return portOf(server._server)
}

/** One `+OK` for each command: every one begins with the number of its parts. */
export const serveRedis = (): Promise<number> =>
  listen((socket) => {
    socket.on('data', (packet) => {
      const commands = packet.toString().match(/^\*\d/gm)?.length ?? 0
      later(() => socket.write('+OK\r\n'.repeat(commands)))
    })
    socket.on('error', () => {})
  })
