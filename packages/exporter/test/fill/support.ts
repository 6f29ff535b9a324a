import { context, type Span, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import {
  type FillFromTraceOptions,
  SessionSpanExporter,
  type SessionSpanExporterOptions,
  type SpanExporterLike,
} from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'

interface Setup extends Pick<SessionSpanExporterOptions, 'dialects' | 'onInvalid' | 'maxLength'> {
  /** `simple` exports each span by itself as it ends, `batch` all of them at a flush. */
  readonly processor?: 'simple' | 'batch'
  /** Ours before the one that exports, after it, or not there at all. */
  readonly ours?: 'first' | 'last' | 'none'
  readonly more?: readonly SpanProcessor[]
  readonly onOverwrite?: 'restore' | 'accept'
}

/** An application whose exporter fills from the trace, with memory in place of the network. */
export function startFilling(
  fillFromTrace: boolean | FillFromTraceOptions,
  { processor = 'simple', ours = 'first', more = [], onOverwrite, ...options }: Setup = {},
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
  const exporter = new SessionSpanExporter<ReadableSpan>(memory, { fillFromTrace, ...options })
  const exporting =
    processor === 'simple' ? new SimpleSpanProcessor(exporter) : new BatchSpanProcessor(exporter)
  const session = new SessionSpanProcessor({ onOverwrite })
  const order = { first: [session, exporting], last: [exporting, session], none: [exporting] }
  const provider = new BasicTracerProvider({ spanProcessors: [...order[ours], ...more] })
  trace.setGlobalTracerProvider(provider)
  return {
    provider,
    exporter,
    arrived,
    tracer: provider.getTracer('test'),
    /** The session that each span was shipped with, by the name of the span, in the order of their arrival. */
    shipped: () => Object.fromEntries(arrived.map((span) => [span.name, span.attributes['session.id']])),
  }
}

export function stopFilling(): void {
  context.disable()
  trace.disable()
}

/** A span below another one. */
export const below = (parent: Span, tracer: Tracer, name: string): Span =>
  tracer.startSpan(name, {}, trace.setSpan(context.active(), parent))

/** The trace of a framework that tells its session when it is done: its HTTP spans lie beside its own, and end before. */
export function agentTurn(tracer: Tracer, id: string, name = ''): void {
  const root = tracer.startSpan(`${name}POST /chat`)
  const agent = below(root, tracer, `${name}agent`)
  below(root, tracer, `${name}fetch`).end()
  below(root, tracer, `${name}query`).end()
  agent.setAttribute('session.id', id)
  agent.end()
  root.end()
}
