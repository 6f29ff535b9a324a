import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request to an OTLP endpoint, in OTLP's JSON. */
interface Received {
  readonly headers: IncomingMessage['headers']
  readonly spans: readonly ReceivedSpan[]
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly ReceivedAttribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[]
  }[]
}

interface ReceivedAttribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

interface ReceivedSpan {
  readonly name: string
  readonly spanId: string
  readonly attributes?: readonly ReceivedAttribute[]
}

const namesOf = (requests: readonly Received[]) =>
  requests.flatMap(({ spans }) => spans.map(({ name }) => name))

/** Answers a request, or leaves it without an answer. */
export type Behave = (response: ServerResponse, received: Received) => void

export const ok: Behave = (response) => response.writeHead(200).end('{}')

/** An OTLP/HTTP endpoint of JSON on a port of its own. */
export async function startEndpoint(behave: Behave = ok) {
  const requests: Received[] = []
  const state = { behave }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Pick<
        Received,
        'resourceSpans'
      >
      const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
      const received = { headers: request.headers, spans, resourceSpans }
      requests.push(received)
      state.behave(response, received)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo
  return {
    requests,
    port,
    url: `http://127.0.0.1:${port}/v1/traces`,
    answer: (next: Behave) => {
      state.behave = next
    },
    names: () => namesOf(requests),
    /** What a processor sent whose header `x-of` is this. */
    namesFrom: (sender: string) => namesOf(requests.filter(({ headers }) => headers['x-of'] === sender)),
    stop,
  }
}
