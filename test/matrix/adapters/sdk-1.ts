import { Resource } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'

export {
  InMemorySpanExporter,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** Whether the SDK calls `onEnding`, in which a span can still be written to. */
export const callsOnEnding: boolean = false

/** Whether objects, null and bytes are valid attribute values. */
export const takesAnyValue: boolean = false

export const batch = (exporter: SpanExporter): SpanProcessor => new BatchSpanProcessor(exporter)

export const simple = (exporter: SpanExporter): SpanProcessor => new SimpleSpanProcessor(exporter)

export const makeProvider = (
  serviceName: string,
  spanProcessors: SpanProcessor[],
  spanLimits: { attributeValueLengthLimit?: number; attributeCountLimit?: number } = {},
) =>
  new BasicTracerProvider({
    resource: new Resource({ 'service.name': serviceName }),
    spanProcessors,
    spanLimits,
  })
