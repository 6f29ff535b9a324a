import { ROOT_CONTEXT } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type Dialects, SessionSpanExporter } from '@otel-sessions/exporter'
import { BACKENDS } from '@otel-sessions/exporter/backends'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { discarding, NoopProcessor } from '../libraries/library.ts'
import { interleave, type Variant } from '../support/interleave.ts'
import { RICH, SESSION_ID } from '../support/session.ts'
import { type Measure, overBaseline } from './measurement.ts'

const BATCH = 512
const ATTRIBUTES = Object.fromEntries(
  Array.from({ length: 14 }, (_, index) => [`gen_ai.attribute.${index}`, `value ${index}`]),
)
const identified = { ...ATTRIBUTES, 'session.id': SESSION_ID }

interface Circumstances {
  readonly hasRecord: boolean
  readonly sessionId?: string
  readonly attributes: Record<string, string>
  readonly changes?: true
  /** The backends' own keys that are added, on a span with a user, three metadata keys and two tags as well. */
  readonly dialects?: Dialects
  readonly fills?: true
}
const inDialects = (...dialects: Dialects) =>
  ({ hasRecord: true, sessionId: SESSION_ID, attributes: ATTRIBUTES, dialects }) as const

/** What comes to the gate: whether our processor has left a record, and what the span says. */
export const GATE: Readonly<Record<string, Circumstances>> = {
  'with an ID and a record': { hasRecord: true, sessionId: SESSION_ID, attributes: ATTRIBUTES },
  'with an ID, no record': { hasRecord: false, attributes: identified },
  'without ID, with a record': { hasRecord: true, attributes: ATTRIBUTES },
  'without ID, no record': { hasRecord: false, attributes: ATTRIBUTES },
  'a change: an alias, no record': {
    hasRecord: false,
    attributes: { ...ATTRIBUTES, 'gen_ai.conversation.id': SESSION_ID },
    changes: true,
  },
  'with an ID and a record, fillFromTrace': {
    hasRecord: true,
    sessionId: SESSION_ID,
    attributes: ATTRIBUTES,
    fills: true,
  },
  'without ID, with a record, fillFromTrace': { hasRecord: true, attributes: ATTRIBUTES, fills: true },
  'dialect openinference, rich: nothing to change': inDialects('openinference'),
  'dialect langfuse, rich': { ...inDialects('langfuse'), changes: true },
  'dialects langfuse, langsmith and datadog, rich': {
    ...inDialects('langfuse', 'langsmith', 'datadog'),
    changes: true,
  },
}

/** What the gate adds to an exporter that does nothing, a span, in batches of 512. */
export const measureGate: Measure = async (circumstances, _variant, rounds) => {
  const setting = GATE[circumstances]
  if (setting === undefined) throw new Error(`no "${circumstances}"`)
  const batch = batchOf(setting)
  const { exporter, last } = discarding()
  const gate = new SessionSpanExporter<ReadableSpan>(exporter, {
    dialects: setting.dialects,
    fillFromTrace: setting.fills ? {} : false,
  })
  const samples = await interleave(
    [
      exporting('baseline', exporter, batch),
      exporting('control', exporter, batch),
      exporting('measured', gate, batch),
    ],
    rounds,
  )
  const { changed } = gate.stats()
  if (changed > 0 !== (setting.changes ?? false)) throw new Error(`the gate changed ${changed} spans`)
  gate.export(batch, () => {})
  const shippedId = last[0]?.attributes['session.id']
  const wanted = setting.changes ? SESSION_ID : batch[0]?.attributes['session.id']
  if (shippedId !== wanted) throw new Error(`the gate shipped ${shippedId}, not ${wanted}`)
  const keys = Object.keys(last[0]?.attributes ?? {})
  for (const dialect of setting.dialects ?? []) {
    const { session } = BACKENDS[dialect as keyof typeof BACKENDS]
    if (session.some((key) => !keys.includes(key))) throw new Error(`the gate wrote nothing for ${dialect}`)
  }
  return overBaseline(samples)
}

/** A batch of spans that have ended. */
function batchOf({ hasRecord, sessionId, attributes, dialects }: Circumstances): ReadableSpan[] {
  const processor = hasRecord ? new SessionSpanProcessor() : new NoopProcessor()
  const provider = new BasicTracerProvider({ spanProcessors: [processor as unknown as SpanProcessor] })
  const fields = dialects === undefined ? {} : RICH
  const parent =
    sessionId === undefined ? ROOT_CONTEXT : contextWithSession(ROOT_CONTEXT, { sessionId, ...fields })
  return Array.from({ length: BATCH }, () => {
    const span = provider.getTracer('ai').startSpan('chat', undefined, parent)
    span.setAttributes(attributes)
    span.end()
    return span as unknown as ReadableSpan
  })
}

type Exporter = ReturnType<typeof discarding>['exporter']

function exporting(name: string, exporter: Pick<Exporter, 'export'>, batch: ReadableSpan[]): Variant {
  const run = () => {
    for (let count = 0; count < 4; count++) exporter.export(batch, () => {})
  }
  return { name, operations: 4 * BATCH, run }
}
