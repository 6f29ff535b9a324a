import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tracer } from '@opentelemetry/api'
import { context, SpanKind, trace } from '@opentelemetry/api'

const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA')

type Next = (error?: unknown) => void
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => unknown

/** A server as an application of the Connect kind has it, with an instrumentation that starts a span for each request. */
export interface TestServer {
  /** Sends a request of a user, and returns the answer once the server's span has ended. */
  visit(user: string, init?: RequestInit): Promise<string>
  close(): Promise<void>
}

/** How the server's span is started. */
export interface InstrumentationLike {
  /** Whether there is a span at all. */
  readonly isInstrumented?: boolean
  /** Whether the span is in the context as RPC metadata, as instrumentation-http does. */
  readonly rpcMetadata?: boolean
  /** Whether it makes all listeners of the request and the response run in its context, as instrumentation-http does. */
  readonly bindsEmitters?: boolean
}

/** Starts a server with middlewares, which are called in turn. */
export async function serve(
  tracer: Tracer,
  middlewares: readonly Middleware[],
  { isInstrumented = true, rpcMetadata = true, bindsEmitters = false }: InstrumentationLike = {},
): Promise<TestServer> {
  const ended = new Map<string, () => void>()
  const server = createServer((request, response) => {
    const span = isInstrumented
      ? tracer.startSpan(`server ${userOf(request)}`, { kind: SpanKind.SERVER })
      : undefined
    response.on('close', () => {
      span?.end()
      ended.get(request.headers['x-visit'] as string)?.()
    })
    let inside = span === undefined ? context.active() : trace.setSpan(context.active(), span)
    if (span !== undefined && rpcMetadata) inside = inside.setValue(RPC_METADATA, { type: 'http', span })
    if (bindsEmitters) for (const emitter of [request, response]) context.bind(inside, emitter)
    const rest = middlewares.values()
    const next: Next = (error) => {
      if (error !== undefined) {
        response.statusCode = 500
        response.end(String(error))
        return
      }
      const { value, done } = rest.next()
      if (!done) value(request, response, next)
    }
    context.with(inside, next)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let visits = 0
  return {
    async visit(user, init = {}) {
      const id = String(++visits)
      const end = new Promise<void>((resolve) => ended.set(id, resolve))
      const response = await fetch(`http://127.0.0.1:${port}/${user}`, {
        ...init,
        headers: { ...init.headers, 'x-visit': id },
      })
      const text = await response.text()
      await end
      return text
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** The user in the path of a request. */
export const userOf = (request: { readonly url?: string | undefined }): string =>
  request.url?.split('/')[1] ?? ''

/** The session of a user: `user_a` has `user_a_conv`. */
export const sessionOf = (user: string) => ({ sessionId: `${user}_conv`, userId: user })

/** A promise with its functions. */
export function deferred<T = void>() {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((...both) => {
    ;[resolve, reject] = both
  })
  return { promise, resolve, reject }
}
