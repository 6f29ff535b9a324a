import { context, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
  type TracerConfig,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, type SessionSpanProcessorOptions } from '@otel-sessions/processor'
import { logUnheard } from '@otel-sessions/semconv/internal'

/** The usual set-up of an application, with an exporter in memory. */
export function startTracing(
  options: SessionSpanProcessorOptions = {},
  config: TracerConfig = {},
  exporterOptions: ConstructorParameters<typeof SessionSpanExporter>[1] = {},
) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const memory = new InMemorySpanExporter()
  const processor = new SessionSpanProcessor(options)
  const exporter = new SessionSpanExporter<ReadableSpan>(memory, exporterOptions)
  const provider = new BasicTracerProvider({
    ...config,
    spanProcessors: [...(config.spanProcessors ?? [processor]), new SimpleSpanProcessor(exporter)],
  })
  return {
    provider,
    processor,
    exporter,
    tracer: provider.getTracer('test'),
    /** What was exported, by the name of the span. */
    exportedSpans: () =>
      Object.fromEntries(memory.getFinishedSpans().map((span) => [span.name, span.attributes])),
    sessions: () =>
      Object.fromEntries(memory.getFinishedSpans().map((span) => [span.name, span.attributes['session.id']])),
  }
}

/** A processor as an SDK without `onEnding` sees it: SDK 1.x, and 2.0 to 2.2. */
export function withoutOnEnding(processor: SessionSpanProcessor): SpanProcessor {
  return {
    onStart: (span, parentContext) => processor.onStart(span, parentContext),
    onEnd: (span) => processor.onEnd(span),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
}

/** Unregisters what `startTracing` and `collectWarnings` registered. */
export function stopTracing(): void {
  context.disable()
  trace.disable()
  diag.disable()
}

/** Collects all following warnings of `diag`, without those of earlier tests that no logger was set for. */
export function collectWarnings(): string[] {
  collectAllWarnings()
  logUnheard()
  return collectAllWarnings()
}

/** Collects the warnings of `diag`, also those that were kept until now. */
export function collectAllWarnings(): string[] {
  const warnings: string[] = []
  const ignore = () => {}
  const warn = (...parts: unknown[]) => warnings.push(parts.join(' '))
  diag.setLogger(
    { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  return warnings
}

/** The growth of the problem counts during `run`. The counts belong to the process, so tests compare them. */
export function problemsOf(
  stats: () => Readonly<Partial<Record<string, number>>>,
  run: () => void,
): Record<string, number> {
  const before = stats()
  run()
  const grown = Object.entries(stats()).map(
    ([code, count]) => [code, (count ?? 0) - (before[code] ?? 0)] as const,
  )
  return Object.fromEntries(grown.filter(([, count]) => count > 0))
}
