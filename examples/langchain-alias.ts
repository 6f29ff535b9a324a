/**
 * LangChain by alias alone, without a helper around the call. LangChain's instrumentation writes `thread_id` to its
 * spans when a run ends; the processor reads this alias and passes it to the ancestors that are still open.
 *
 *   OPENAI_API_KEY=… node examples/langchain-alias.ts
 *
 * It does not reach LangChain's sibling spans, such as the HTTP client's. `usingSession` around the call does, and so
 * does `backfill`: see langchain-late.ts.
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
// An ESM application passes the module, because importing it does not patch it.
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
