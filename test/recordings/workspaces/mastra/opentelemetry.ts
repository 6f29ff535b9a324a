// This folder's copies of OpenTelemetry: the recorder must use the same ones as the programs in this folder.

export * as api from '@opentelemetry/api'
export { logs } from '@opentelemetry/api-logs'
export { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
export { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
export { registerInstrumentations } from '@opentelemetry/instrumentation'
export { resourceFromAttributes } from '@opentelemetry/resources'
export { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
export { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
