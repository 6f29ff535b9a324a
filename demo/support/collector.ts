import { closeServer, listen, readBody, readJson } from './http.ts'
import { type OtlpTraces, type ReceivedSpan, readSpans } from './otlp.ts'

export interface Collector {
  port: number
  /** The URL to which an OTLP/HTTP exporter sends traces. */
  url: string
  /** All spans that have arrived. */
  spans(): ReceivedSpan[]
  close(): Promise<void>
}

/**
 * An OTLP/HTTP (JSON) collector. Never start it in an instrumented process: its own requests would be traced and
 * exported to it again, for ever.
 *
 * @param decode reads protobuf, which is not accepted without it
 */
export async function startCollector(decode?: (body: Uint8Array) => unknown): Promise<Collector> {
  const received: ReceivedSpan[] = []
  const { server, port } = await listen(async (request, response) => {
    try {
      if (request.method === 'POST' && request.url === '/v1/traces') {
        const isProtobuf = decode && request.headers['content-type'] === 'application/x-protobuf'
        const body = isProtobuf ? decode(await readBody(request)) : await readJson(request)
        received.push(...readSpans(body as OtlpTraces))
        response.setHeader('content-type', isProtobuf ? 'application/x-protobuf' : 'application/json')
        // The empty message of protobuf has no bytes.
        response.end(isProtobuf ? '' : '{}')
      } else if (request.method === 'GET' && request.url === '/spans') {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(received))
      } else {
        response.writeHead(404).end()
      }
    } catch (error) {
      response.writeHead(400).end(String(error))
    }
  })
  return {
    port,
    url: `http://127.0.0.1:${port}/v1/traces`,
    spans: () => [...received],
    close: () => closeServer(server),
  }
}
