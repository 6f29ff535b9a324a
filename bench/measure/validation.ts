import { ROOT_CONTEXT } from '@opentelemetry/api'
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type SessionBackend, SessionSpanExporter } from '@otel-sessions/exporter'
import { datadog, langfuse, langsmith, openinference } from '@otel-sessions/exporter/backends'
import { backfill } from '@otel-sessions/exporter/backfill'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'
import { discarding, NoopProcessor } from '../libraries/library.ts'
import { interleave, type Variant } from '../support/interleave.ts'
import { RICH, SESSION_ID } from '../support/session.ts'
import { type Measure, overBaseline } from './measurement.ts'

export const BATCH = 512
const ATTRIBUTES = Object.fromEntries(
  Array.from({ length: 14 }, (_, index) => [`gen_ai.attribute.${index}`, `value ${index}`]),
)
const identified = { ...ATTRIBUTES, 'session.id': SESSION_ID }

export interface Circumstances {
  readonly hasRecord: boolean
  readonly sessionId?: string
  readonly attributes: Record<string, string>
  readonly changes?: true
  /** Backends whose keys are added, to a span that also has a user, three metadata keys and two tags. */
  readonly backends?: readonly SessionBackend[]
  readonly backfills?: true
}
const rich = (...backends: SessionBackend[]) =>
  ({ hasRecord: true, sessionId: SESSION_ID, attributes: ATTRIBUTES, backends }) as const

/** The validated spans: whether they have a record of our processor, and their attributes. */
export const VALIDATION: Readonly<Record<string, Circumstances>> = {
  'with an ID and a record': { hasRecord: true, sessionId: SESSION_ID, attributes: ATTRIBUTES },
  'with an ID, no record': { hasRecord: false, attributes: identified },
  'without ID, with a record': { hasRecord: true, attributes: ATTRIBUTES },
  'without ID, no record': { hasRecord: false, attributes: ATTRIBUTES },
  'a change: an alias, no record': {
    hasRecord: false,
    attributes: { ...ATTRIBUTES, 'gen_ai.conversation.id': SESSION_ID },
    changes: true,
  },
  'with an ID and a record, backfill': {
    hasRecord: true,
    sessionId: SESSION_ID,
    attributes: ATTRIBUTES,
    backfills: true,
  },
  'without ID, with a record, backfill': { hasRecord: true, attributes: ATTRIBUTES, backfills: true },
  'backend openinference, rich: nothing to change': rich(openinference),
  'backend langfuse, rich': { ...rich(langfuse), changes: true },
  'backends langfuse, langsmith and datadog, rich': {
    ...rich(langfuse, langsmith, datadog),
    changes: true,
  },
}

/** Measures what validation adds to an exporter that does nothing, for each span in batches of 512. */
export const measureValidation: Measure = async (circumstances, _variant, rounds) => {
  const setting = VALIDATION[circumstances]
  if (setting === undefined) throw new Error(`no "${circumstances}"`)
  const batch = batchOf(setting)
  const { exporter, last } = discarding()
  const validating = new SessionSpanExporter<ReadableSpan>(exporter, {
    backends: setting.backends,
    backfill: setting.backfills && backfill(),
  })
  const samples = await interleave(
    [
      exporting('baseline', exporter, batch),
      exporting('control', exporter, batch),
      exporting('measured', validating, batch),
    ],
    rounds,
  )
  const { changed } = validating.stats()
  if (changed > 0 !== (setting.changes ?? false)) throw new Error(`validation changed ${changed} spans`)
  validating.export(batch, () => {})
  const exportedId = last[0]?.attributes['session.id']
  const wanted = setting.changes ? SESSION_ID : batch[0]?.attributes['session.id']
  if (exportedId !== wanted) throw new Error(`the exporter exported ${exportedId}, not ${wanted}`)
  const keys = Object.keys(last[0]?.attributes ?? {})
  for (const { name, session } of setting.backends ?? []) {
    if (session.some((key) => !keys.includes(key))) throw new Error(`nothing was written for ${name}`)
  }
  return overBaseline(samples)
}

/** A batch of spans that have ended. */
export function batchOf({ hasRecord, sessionId, attributes, backends }: Circumstances): ReadableSpan[] {
  const processor = hasRecord ? new SessionSpanProcessor() : new NoopProcessor()
  const provider = new BasicTracerProvider({ spanProcessors: [processor as unknown as SpanProcessor] })
  const fields = backends === undefined ? {} : RICH
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
