// What the programs share: telemetry in memory, which `GET /spans` returns, and the work of a request.
import process from 'node:process'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { sessionProcessors } from 'otel-sessions'
import type { SentSpan } from '../support/collector.ts'

const TRACER = 'chat'
const memory = new InMemorySpanExporter()
const waiting = new Set<() => void>()
/** Spans of `work` that are open: one may end after its request's. */
const open = new Set<string>()
const wake = {
  onStart(span: ReadableSpan) {
    if (span.instrumentationScope.name === TRACER) open.add(span.spanContext().spanId)
  },
  onEnd(span: ReadableSpan) {
    open.delete(span.spanContext().spanId)
    for (const look of waiting) look()
  },
  async forceFlush() {},
  async shutdown() {},
}

/** The row for which the spans of this process count. */
export const ROW = String(process.env['ROW'])

/** Registers a provider, a propagator and a context manager, with the processors of the front door. */
export function register(): void {
  const spanProcessors = [...sessionProcessors([new SimpleSpanProcessor(memory)]), wake]
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }))
}

/** Returns all spans, once so many servers' spans, and all of `work`, have ended. */
export async function sentSpans(servers: number): Promise<SentSpan[]> {
  const isServer = ({ kind }: ReadableSpan) => kind === SpanKind.SERVER
  const isOver = () => memory.getFinishedSpans().filter(isServer).length >= servers && open.size === 0
  while (servers > 0 && !isOver()) {
    await new Promise<void>((resolve) => waiting.add(resolve))
  }
  // Spans that wait for their trace. workerd cannot wait for what another request has begun, and has no server's spans.
  const provider = trace.getTracerProvider() as never as { getDelegate(): BasicTracerProvider }
  if (servers > 0) await provider.getDelegate().forceFlush()
  return memory.getFinishedSpans().map((span) => {
    return { name: span.name, attributes: span.attributes, traceId: span.spanContext().traceId }
  })
}

/** Makes a span, and says whose it is and for which row it counts. */
export async function work(owner: string, name: string): Promise<void> {
  const span = trace.getTracer(TRACER).startSpan(name, { attributes: { owner, row: ROW } })
  await new Promise((resolve) => setTimeout(resolve))
  span.end()
}

/** Waits at the process that runs the test until the other user is there too. */
export async function meet(where: string): Promise<void> {
  await (await fetch(`${process.env['COLLECTOR']}/meet/${where}`)).text()
}

/** The session of a user, as a login finds it: it takes a turn of the event loop. */
export async function sessionOf(userId: string) {
  await new Promise((resolve) => setTimeout(resolve))
  return { sessionId: `${userId}_conv`, userId }
}

/** A body that is produced while it is read. */
export function lazyBody(owner: string): ReadableStream<Uint8Array> {
  let count = 0
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (++count > 3) return controller.close()
    await work(owner, `pull ${count}`)
    controller.enqueue(new TextEncoder().encode(`word ${count} for ${owner}\n`))
  }
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

/** A body that an async generator yields: Node, Bun and Deno take one. */
export async function* generatedBody(owner: string): AsyncGenerator<Uint8Array> {
  for (const count of [1, 2, 3]) {
    await work(owner, `yield ${count}`)
    yield new TextEncoder().encode(`word ${count} for ${owner}\n`)
  }
}
