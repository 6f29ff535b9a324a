import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { SessionAnalytics } from '@otel-sessions/analytics'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, type SessionSpanProcessorOptions } from '@otel-sessions/processor'

export type World = ReturnType<typeof startWorld>

/** The set-up of the README, with memory in place of the network. */
export function startWorld(options: SessionSpanProcessorOptions = {}) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const memory = new InMemorySpanExporter()
  const analytics = new SessionAnalytics({
    prices: { 'gpt-5-mini': { input: 0.25, output: 2 } },
  })
  const exporter = new SessionSpanExporter<ReadableSpan>(analytics.exporter(memory))
  const processor = new SessionSpanProcessor(options)
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'shop',
      'deployment.environment.name': 'production',
      'host.name': 'web-1',
    }),
    spanProcessors: [processor, new SimpleSpanProcessor(exporter)],
  })
  trace.setGlobalTracerProvider(provider)
  const tracer = provider.getTracer('app')
  return {
    analytics,
    processor,
    provider,
    tracer,
    spans: () => memory.getFinishedSpans(),
    /** The exported span of a name. */
    span: (name: string) => {
      const found = memory.getFinishedSpans().find((span) => span.name === name)
      if (found === undefined) throw new Error(`no span ${name} was exported`)
      return found
    },
    /** A model call and a tool call, as instrumentations write them. */
    work() {
      const attributes = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-5-mini',
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.output_tokens': 500,
      }
      tracer.startSpan('chat gpt-5-mini', { attributes }).end()
      tracer.startSpan('track', { attributes: { 'gen_ai.operation.name': 'execute_tool' } }).end()
    },
    async stop() {
      await provider.shutdown()
      context.disable()
      trace.disable()
    },
  }
}
