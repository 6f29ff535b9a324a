// This folder's copy of OpenTelemetry: the application must use the same one as the programs in this folder.

export * as api from '@opentelemetry/api'
export { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
export { W3CTraceContextPropagator } from '@opentelemetry/core'
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
export { registerInstrumentations } from '@opentelemetry/instrumentation'
export { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
export { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
export { resourceFromAttributes } from '@opentelemetry/resources'
export { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
