import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/** A span that arrived. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly name: string
  /** As OTLP has it: 2 is a server's, 3 a client's. */
  readonly kind: number
  readonly attributes: Readonly<Record<string, string>>
}

/** An OTLP endpoint for JSON, on a free port. It answers everything else, such as what is sent to Sentry, with 200. */
export class Receiver {
  readonly spans: ReceivedSpan[] = []
  readonly #server = createServer(async (request, response) => {
    const body = await read(request)
    try {
      if (request.url === '/v1/traces') this.spans.push(...spansIn(body))
    } finally {
      response.setHeader('content-type', 'application/json').end('{}')
    }
  })

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

async function read(request: IncomingMessage): Promise<string> {
  if (request.headers['content-encoding'] !== 'gzip') return text(request)
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return gunzipSync(Buffer.concat(parts)).toString()
}

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly name: string
  readonly kind: number
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

function spansIn(body: string): ReceivedSpan[] {
  const request = JSON.parse(body) as {
    resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[]
  }
  const spans = request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((each) => each.spans))
  return spans.map(({ attributes = [], ...span }) => {
    const pairs = attributes.map(({ key, value }) => [key, value.stringValue ?? JSON.stringify(value)])
    return { ...span, attributes: Object.fromEntries(pairs) }
  })
}
