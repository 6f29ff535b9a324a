/**
 * LangChain by alias alone: no helper around the call. LangChain's instrumentation writes `thread_id` into
 * its spans when a run ends; the processor recognises it and gives it to the spans that are still open above.
 *
 *   OPENAI_API_KEY=… node examples/langchain-alias.ts
 *
 * What this cannot reach are the spans beside LangChain's, such as the HTTP client's: see "Why is my session
 * empty" in the README. `usingSession` around the call reaches them.
 */
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { ChatOpenAI } from '@langchain/openai'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const exporter = new SessionSpanExporter(new OTLPTraceExporter())
const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
})
trace.setGlobalTracerProvider(provider)
const langchain = new LangChainInstrumentation()
registerInstrumentations({ tracerProvider: provider, instrumentations: [langchain] })
// An ESM application hands over the module, because nothing is patched when it is imported.
langchain.manuallyInstrument(callbacks)

const prompt = ChatPromptTemplate.fromMessages([['user', '{question}']])
const chain = prompt.pipe(new ChatOpenAI({ model: 'gpt-5-mini' }))

await trace.getTracer('app').startActiveSpan('handle request', async (span) => {
  const config = { metadata: { thread_id: 'user_123_thread_7' } }
  console.log((await chain.invoke({ question: 'Where is my parcel?' }, config)).text)
  span.end()
})

await provider.forceFlush()
await exporter.forceFlush()
await provider.shutdown()
