import { closeServer, listen, readJson } from './http.ts'
import { type OtlpTraces, type ReceivedSpan, readSpans } from './otlp.ts'

export interface Collector {
  port: number
  /** Where an OTLP/HTTP exporter sends its traces. */
  url: string
  /** Everything that arrived so far. */
  spans(): ReceivedSpan[]
  close(): Promise<void>
}

/**
 * A real OTLP/HTTP (JSON) collector. Never start it in an instrumented process: it would trace its own
 * requests, which would be exported to it again, for ever.
 */
export async function startCollector(): Promise<Collector> {
  const received: ReceivedSpan[] = []
  const { server, port } = await listen(async (request, response) => {
    try {
      if (request.method === 'POST' && request.url === '/v1/traces') {
        received.push(...readSpans((await readJson(request)) as OtlpTraces))
        response.setHeader('content-type', 'application/json')
        response.end('{}')
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
