import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, setSession } from '@otel-sessions/processor'
import { added } from './figures.ts'
import { NoopProcessor } from './floors.ts'
import { interleave, type Variant } from './interleave.ts'
import type { Row } from './row.ts'
import { SESSION_ID } from './session.ts'

const BATCH = 512
const ATTRIBUTES = Object.fromEntries(
  Array.from({ length: 14 }, (_, index) => [`gen_ai.attribute.${index}`, `value ${index}`]),
)

const inside = setSession(ROOT_CONTEXT, SESSION_ID)

/** A batch of spans that have ended, with 14 attributes beside the session. */
function batchOf(processor: object, context: Context, attributes: Record<string, string>): ReadableSpan[] {
  const tracer = new BasicTracerProvider({ spanProcessors: [processor as never] }).getTracer('ai')
  return Array.from({ length: BATCH }, () => {
    const span = tracer.startSpan('chat', undefined, context)
    span.setAttributes(attributes)
    span.end()
    return span as unknown as ReadableSpan
  })
}

const identified = { ...ATTRIBUTES, 'session.id': SESSION_ID }
const CASES = [
  {
    name: 'gate, with an ID and a record',
    batch: batchOf(new SessionSpanProcessor(), inside, ATTRIBUTES),
  },
  {
    name: 'gate, with an ID, no record',
    batch: batchOf(new NoopProcessor(), ROOT_CONTEXT, identified),
  },
  {
    name: 'gate, without ID, with a record',
    batch: batchOf(new SessionSpanProcessor(), ROOT_CONTEXT, ATTRIBUTES),
  },
  {
    name: 'gate, without ID, no record',
    batch: batchOf(new NoopProcessor(), ROOT_CONTEXT, ATTRIBUTES),
  },
]

let shipped = 0
const delegate = {
  export(spans: ReadableSpan[], resultCallback: (result: { code: number }) => void) {
    shipped += spans.length
    resultCallback({ code: 0 })
  },
  async shutdown() {},
}

/** What the gate adds to an exporter that does nothing, a span, in batches of 512 that need no change. */
export async function measureGate(rounds: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, batch } of CASES) {
    const gate = new SessionSpanExporter<ReadableSpan>(delegate)
    const samples = await interleave(
      [exporting('noop', delegate, batch), exporting('ours', gate, batch)],
      rounds,
    )
    if (gate.stats().changed > 0) throw new Error(`${name}: the gate changed a span`)
    rows.push({ name, ours: added(samples, 'ours', 'noop'), floor: undefined })
  }
  if (shipped === 0) throw new Error('nothing was shipped')
  return rows
}

function exporting(name: string, exporter: typeof delegate, batch: ReadableSpan[]): Variant {
  const run = () => {
    for (let count = 0; count < 4; count++) exporter.export(batch, () => {})
  }
  return { name, operations: 4 * BATCH, run }
}
