/**
 * LangChain by alias alone, with the HTTP client's spans beside its own: these end before LangChain writes its
 * `thread_id`. With `backfill` they wait in the exporter until the trace is complete.
 *
 *   OPENAI_API_KEY=… node examples/langchain-late.ts
 *
 * `usingSession` around the call would reach them immediately, also in a trace with several sessions.
 */
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { ChatOpenAI } from '@langchain/openai'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { SessionSpanProcessor } from '@otel-sessions/processor'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(new OTLPTraceExporter(), { backfill: backfill() })
const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
})
trace.setGlobalTracerProvider(provider)
const langchain = new LangChainInstrumentation()
registerInstrumentations({
  tracerProvider: provider,
  instrumentations: [langchain, new UndiciInstrumentation()],
})
langchain.manuallyInstrument(callbacks)

const prompt = ChatPromptTemplate.fromMessages([['user', '{question}']])
const chain = prompt.pipe(new ChatOpenAI({ model: 'gpt-5-mini' }))

await trace.getTracer('app').startActiveSpan('handle request', async (span) => {
  const config = { metadata: { thread_id: 'user_123_thread_7' } }
  console.log((await chain.invoke({ question: 'Where is my parcel?' }, config)).text)
  span.end()
})

await provider.forceFlush() // exports waiting spans, too
await exporter.forceFlush()
console.log(exporter.stats().backfilled, 'spans inherited the session of their trace')
await provider.shutdown()
