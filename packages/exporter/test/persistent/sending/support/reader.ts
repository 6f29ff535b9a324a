import { type AddressInfo, createServer, type Socket } from 'node:net'
import { until } from './settings.ts'

const CHUNK_BYTES = 64 * 1024

/** An endpoint that reads its only request as far as a test says, like one behind a slow connection. */
export async function startReader(length: number) {
  let socket: Socket | undefined
  let head = ''
  let bodyBytes = 0
  const server = createServer((opened) => {
    socket = opened
    opened.on('error', () => {})
  })
  const hasMore = () => {
    // Makes the socket read.
    socket?.read(0)
    return (socket?.readableLength ?? 0) > 0
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    get bodyBytes() {
      return bodyBytes
    },
    get isClosed() {
      return socket?.destroyed === true
    },
    /** Reads so many more bytes of the body, to its end or until `isOver`. */
    async read(bytes: number, isOver = () => false): Promise<void> {
      const end = Math.min(length, bodyBytes + bytes)
      while (bodyBytes < end && !isOver()) {
        await until(() => hasMore() || isOver())
        const chunk: Buffer | null = socket?.read(Math.min(CHUNK_BYTES, socket.readableLength)) ?? null
        if (chunk === null) continue
        if (head.includes('\r\n\r\n')) bodyBytes += chunk.length
        else {
          head += chunk.toString('latin1')
          bodyBytes = Math.max(0, head.length - head.indexOf('\r\n\r\n') - 4)
        }
      }
    },
    respond: () => void socket?.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    close: () => {
      socket?.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
