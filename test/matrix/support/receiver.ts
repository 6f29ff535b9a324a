import { EventEmitter, once } from 'node:events'
import { closeServer, listen, readJson } from '../../../demo/support/http.ts'
import { type OtlpTraces, type ReceivedSpan, readSpans } from '../../../demo/support/otlp.ts'

export interface Receiver {
  readonly url: string
  /** The received requests. */
  readonly requests: readonly OtlpTraces[]
  spans(): ReceivedSpan[]
  /** Delays all answers until the returned function is called. */
  hold(): () => void
  /** The next request that arrives. */
  arrival(): Promise<unknown>
  close(): Promise<void>
}

/** An OTLP/HTTP (JSON) collector on its own socket. */
export async function startReceiver(): Promise<Receiver> {
  const requests: OtlpTraces[] = []
  const events = new EventEmitter()
  let answering = Promise.resolve()
  const { server, port } = await listen(async (request, response) => {
    requests.push((await readJson(request)) as OtlpTraces)
    events.emit('arrival')
    await answering
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    requests,
    spans: () => requests.flatMap(readSpans),
    hold() {
      let release = () => {}
      answering = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    arrival: () => once(events, 'arrival'),
    close: () => closeServer(server),
  }
}
