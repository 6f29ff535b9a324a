import { context, type Span, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanLimits,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import {
  SessionSpanExporter,
  type SessionSpanExporterOptions,
  type SpanExporterLike,
} from '@otel-sessions/exporter'
import { type BackfillOptions, backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { withoutOnEnding } from '../../../../test/support/tracing.ts'

interface Setup extends Pick<SessionSpanExporterOptions, 'backends' | 'onInvalid' | 'maxLength'> {
  /** `simple` exports each span when it ends, `batch` all of them at a flush. */
  readonly processor?: 'simple' | 'batch'
  /** The session processor comes before the exporting one, after it, or is missing. */
  readonly ours?: 'first' | 'last' | 'none'
  readonly more?: readonly SpanProcessor[]
  readonly onOverwrite?: 'restore' | 'accept'
  readonly spanLimits?: SpanLimits
  /** Whether the SDK calls `onEnding`, as from 2.0 on. */
  readonly hasOnEnding?: boolean
}

/** An application whose exporter backfills, unless the options are undefined, with memory in place of the network. */
export function startBackfilling(
  waits: BackfillOptions | undefined,
  {
    processor = 'simple',
    ours = 'first',
    more = [],
    onOverwrite,
    spanLimits,
    hasOnEnding = true,
    ...options
  }: Setup = {},
) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const arrived: ReadableSpan[] = []
  const memory: SpanExporterLike<ReadableSpan> = {
    export: (spans, done) => {
      arrived.push(...spans)
      done({ code: 0 })
    },
    shutdown: async () => {},
  }
  const exporter = new SessionSpanExporter<ReadableSpan>(memory, {
    backfill: waits && backfill(waits),
    ...options,
  })
  const exporting =
    processor === 'simple' ? new SimpleSpanProcessor(exporter) : new BatchSpanProcessor(exporter)
  const ending = new SessionSpanProcessor({ onOverwrite })
  const session = hasOnEnding ? ending : withoutOnEnding(ending)
  const order = { first: [session, exporting], last: [exporting, session], none: [exporting] }
  const provider = new BasicTracerProvider({
    spanLimits: spanLimits ?? {},
    spanProcessors: [...order[ours], ...more],
  })
  trace.setGlobalTracerProvider(provider)
  return {
    provider,
    exporter,
    arrived,
    tracer: provider.getTracer('test'),
    /** The session that each span was exported with, by the name of the span, in the order of arrival. */
    exported: () => Object.fromEntries(arrived.map((span) => [span.name, span.attributes['session.id']])),
  }
}

export function stopBackfilling(): void {
  context.disable()
  trace.disable()
}

/** A child span. */
export const below = (parent: Span, tracer: Tracer, name: string): Span =>
  tracer.startSpan(name, {}, trace.setSpan(context.active(), parent))

/** The trace of a framework that names its session at its end: its HTTP spans lie beside its own, and end before. */
export function agentTurn(tracer: Tracer, id: string, name = ''): void {
  const root = tracer.startSpan(`${name}POST /chat`)
  const agent = below(root, tracer, `${name}agent`)
  below(root, tracer, `${name}fetch`).end()
  below(root, tracer, `${name}query`).end()
  agent.setAttribute('session.id', id)
  agent.end()
  root.end()
}
