import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

export {
  InMemorySpanExporter,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace'

/** Whether the SDK calls `onEnding`, in which a span can still be written to. */
export const callsOnEnding: boolean = true

/** Whether objects, null and bytes are valid attribute values. */
export const takesAnyValue: boolean = true

export const batch = (exporter: SpanExporter): SpanProcessor => new BatchSpanProcessor({ exporter })

export const simple = (exporter: SpanExporter): SpanProcessor => new SimpleSpanProcessor({ exporter })

export const makeProvider = (
  serviceName: string,
  spanProcessors: SpanProcessor[],
  spanLimits: { attributeValueLengthLimit?: number; attributeCountLimit?: number } = {},
) =>
  new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors,
    spanLimits,
  })
