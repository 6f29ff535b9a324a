/**
 * Sessions of several traces, traces of several sessions, and spans without one; also spans of an application without
 * our exporter, with unvalidated IDs. Writes the expectation for each span to EXPECTED_FILE.
 */
import { writeFileSync } from 'node:fs'
import { type AttributeValue, context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import type { Expectations } from './edge-cases.ts'

const SESSIONS = Array.from({ length: 200 }, (_, index) => `user_${index % 50}_conv_${index}`)
const TRACES = 3
const JOBS = 20
const ITEMS_OF_A_JOB = 20
const WITHOUT = 50
const VALID = ['~', 'a b', ' padded ', 'x'.repeat(199), '{"json": "too"}']
const INVALID: AttributeValue[] = [
  '',
  ' ',
  'x'.repeat(200),
  'sitzung_ü_7',
  '🧭',
  'line\nbreak',
  'end\n',
  '\x7f',
  4711,
  true,
  ['a'],
]

const { WITNESS_EXPORTER, EXPECTED_FILE = '' } = process.env
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

function pipeline(gated: boolean) {
  const otlp = WITNESS_EXPORTER === 'proto' ? new ProtobufExporter() : new JsonExporter()
  const exporter = gated ? new SessionSpanExporter(otlp) : otlp
  return new BasicTracerProvider({
    // Large enough for all spans: drops of the SDK's queue are not tested here.
    spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter, { maxQueueSize: 20_000 })],
  })
}

const providers = [pipeline(true), pipeline(false)] as const
const [ours, ungated] = [providers[0].getTracer('gateway'), providers[1].getTracer('gateway')]
const other = providers[0].getTracer('another scope')

const expectations: Expectations = {}
const note = (spanId: string, session: string | null, invalid = false) => {
  expectations[spanId] = { session, attributes: invalid ? { 'otel_sessions.invalid_id': true } : {} }
}

/** A span in one scope, with a child in another scope that starts after all others have started. */
async function turn(session: string | null): Promise<void> {
  const parent = ours.startSpan('turn')
  await new Promise((resolve) => setImmediate(resolve))
  const child = other.startSpan('step', {}, trace.setSpan(context.active(), parent))
  for (const span of [child, parent]) {
    note(span.spanContext().spanId, session)
    span.end()
  }
}

/** A trace of several sessions, whose first span has none. */
function job(first: number): void {
  const root = ours.startSpan('job')
  note(root.spanContext().spanId, null)
  for (let item = 0; item < ITEMS_OF_A_JOB; item++) {
    const session = SESSIONS[(first + item) % SESSIONS.length] ?? ''
    const below = trace.setSpan(context.active(), root)
    context.with(below, () =>
      usingSession(session, () => {
        const span = ours.startSpan('item')
        note(span.spanContext().spanId, session)
        span.end()
      }),
    )
  }
  root.end()
}

await Promise.all([
  ...Array.from({ length: TRACES }).flatMap(() => SESSIONS.map((id) => usingSession(id, () => turn(id)))),
  ...Array.from({ length: WITHOUT }, () => turn(null)),
])
for (let count = 0; count < JOBS; count++) job(count * (SESSIONS.length / JOBS))
for (const [ids, invalid] of [
  [VALID, false],
  [INVALID, true],
] as const) {
  for (const id of ids) {
    const span = ungated.startSpan('as it came', { attributes: { 'session.id': id } })
    note(span.spanContext().spanId, invalid ? null : String(id), invalid)
    span.end()
  }
}
writeFileSync(EXPECTED_FILE, JSON.stringify(expectations))
for (const provider of providers) await provider.shutdown()
