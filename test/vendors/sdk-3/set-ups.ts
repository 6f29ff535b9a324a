import '../quiet.ts'
import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { NodeSDK } from '@opentelemetry/sdk-node'
import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { sessionProcessors } from 'otel-sessions'
import { createRows, nodeSdk } from '../set-up-rows.ts'

/** The types fit. */
export const fits = (exporter: SpanExporter): SpanProcessor[] =>
  sessionProcessors([new BatchSpanProcessor({ exporter })])

export const rows = createRows(
  {
    api: api as never,
    createProcessors: (batch, simple): SpanProcessor[] => [
      new BatchSpanProcessor({ exporter: batch as SpanExporter }),
      new SimpleSpanProcessor({ exporter: simple as SpanExporter }),
    ],
  },
  {
    TracerProvider: [
      '@opentelemetry/sdk-trace',
      (spanProcessors) => {
        const provider = new TracerProvider({ spanProcessors })
        api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
        api.trace.setGlobalTracerProvider(provider)
        return provider
      },
    ],
    NodeSDK: nodeSdk(NodeSDK),
  },
)
