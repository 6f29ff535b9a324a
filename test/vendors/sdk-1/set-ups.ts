import '../quiet.ts'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { NodeSDK } from '@opentelemetry/sdk-node'
import * as base from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { registerOTel } from '@vercel/otel'
import { sessionProcessors } from 'otel-sessions'
import { createBaseRows } from '../set-up-rows.ts'

/** The types fit. */
export const fits = (exporter: base.SpanExporter): base.SpanProcessor[] =>
  sessionProcessors([new base.BatchSpanProcessor(exporter)])

function register(provider: base.BasicTracerProvider): void {
  provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() })
}

const classes = { ...base, NodeTracerProvider, NodeSDK, registerOTel }
export const rows = createBaseRows({ ...classes, api: api as never, register })
