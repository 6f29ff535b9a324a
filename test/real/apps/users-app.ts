/** Concurrent traces of users with user IDs. Writes the expectation for each span to EXPECTED_FILE. */
import { writeFileSync } from 'node:fs'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import type { Expectations } from './edge-cases.ts'

const TURNS = 3

const { WITNESS_EXPORTER, EXPECTED_FILE = '' } = process.env
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(
  WITNESS_EXPORTER === 'proto' ? new ProtobufExporter() : new JsonExporter(),
)
const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
})
const tracer = provider.getTracer('users')
const expectations: Expectations = {}

/** One trace: a span with a child that starts after all others have started. */
async function turn(session: string | null, user?: string): Promise<void> {
  const parent = tracer.startSpan('turn')
  await new Promise((resolve) => setImmediate(resolve))
  const child = tracer.startSpan('step', {}, trace.setSpan(context.active(), parent))
  for (const span of [child, parent]) {
    expectations[span.spanContext().spanId] = { session, attributes: user ? { 'user.id': user } : {} }
    span.end()
  }
}

async function turns(session: string | null, user?: string): Promise<void> {
  for (let count = 0; count < TURNS; count++) await turn(session, user)
}

await Promise.all([
  ...['user_1', 'user_2', 'user_3'].flatMap((userId) =>
    ['conv_1', 'conv_2'].map((conversation) => {
      const sessionId = `${userId}_${conversation}`
      return usingSession({ sessionId, userId }, () => turns(sessionId, userId))
    }),
  ),
  usingSession({ userId: 'user_4' }, () =>
    usingSession('user_4_conv_1', () => turns('user_4_conv_1', 'user_4')),
  ),
  usingSession('somebody_conv_1', () => turns('somebody_conv_1')),
  usingSession({ userId: 'user_5' }, () => turns(null, 'user_5')),
  usingSession({ sessionId: 'sitzung_ü_6', userId: 'user_6' }, () => turns(null, 'user_6')),
  turns(null),
])
writeFileSync(EXPECTED_FILE, JSON.stringify(expectations))
await provider.forceFlush()
await exporter.forceFlush()
await provider.shutdown()
