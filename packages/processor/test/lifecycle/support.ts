import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type TracerConfig,
} from '@opentelemetry/sdk-trace-base'
import {
  processStats,
  SessionSpanProcessor,
  type SessionSpanProcessorOptions,
} from '@otel-sessions/processor'
import { problemsOf } from '../../../../test/support/tracing.ts'

/** Sets up tracing; `spans` are those that were exported. */
export function startApplication(
  config: TracerConfig & {
    ours?: SessionSpanProcessor | undefined
    options?: SessionSpanProcessorOptions
  } = {},
) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const memory = new InMemorySpanExporter()
  const { options, ours = new SessionSpanProcessor(options), spanProcessors, ...rest } = config
  const tracerProvider = new BasicTracerProvider({
    ...rest,
    spanProcessors: [...(spanProcessors ?? [ours]), new SimpleSpanProcessor(memory)],
  })
  const spans = (): readonly ReadableSpan[] => memory.getFinishedSpans()
  const named = (name: string) => spans().filter((span) => span.name === name)
  return {
    tracerProvider,
    tracer: tracerProvider.getTracer('test'),
    spans,
    named,
    /** The only span of a name. */
    one: (name: string): ReadableSpan => {
      const [span, ...more] = named(name)
      if (span === undefined || more.length > 0)
        throw new Error(`${named(name).length} spans are called ${name}`)
      return span
    },
    names: () => spans().map((span) => span.name),
  }
}

/** The problems that were counted while something ran. */
export const problems = (run: () => void) => problemsOf(() => processStats().problems, run)
