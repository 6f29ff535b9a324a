/** OpenTelemetry as an ESM application sets it up by hand, without a loader. */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import * as callbacks from '@langchain/core/callbacks/manager'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import OpenAI from 'openai'
import type { Sessions } from './sessions.ts'

export function startTelemetry(url: string, sessions: Sessions): () => Promise<void> {
  const exporter = sessions.wrap(new OTLPTraceExporter({ url, timeoutMillis: 60_000 }))
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'parcel-chat' }),
    spanProcessors: [...sessions.processors, new BatchSpanProcessor(exporter)],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  instrument(provider)
  return async () => {
    await provider.forceFlush()
    // The batch processor does not wait for a batch in flight; the exporter does.
    await exporter.forceFlush?.()
    await provider.shutdown()
  }
}

function instrument(tracerProvider: BasicTracerProvider): void {
  const langchain = new LangChainInstrumentation()
  const openai = new OpenAIInstrumentation()
  registerInstrumentations({
    tracerProvider,
    instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation(), langchain, openai],
  })
  // instrumentation-http patches on the first require; an import alone never triggers it.
  createRequire(import.meta.url)('node:http')
  syncBuiltinESMExports()
  langchain.manuallyInstrument(callbacks)
  openai.manuallyInstrument(OpenAI)
}
