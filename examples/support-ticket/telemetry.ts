/** The set-up: analytics is inside the session exporter, so that the totals are those of the exported spans. */
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import { context, DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionAnalytics } from '@otel-sessions/analytics'
import { PRICES } from '@otel-sessions/analytics/prices'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

export const analytics = new SessionAnalytics({ prices: PRICES })
const exporter = new SessionSpanExporter(analytics.exporter(new OTLPTraceExporter()))
export const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'support',
    'deployment.environment.name': 'production',
  }),
  spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
})
trace.setGlobalTracerProvider(provider)

const langchain = new LangChainInstrumentation()
registerInstrumentations({
  tracerProvider: provider,
  instrumentations: [langchain, new UndiciInstrumentation()],
})
langchain.manuallyInstrument(callbacks)
