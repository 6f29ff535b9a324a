import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api'
import type { BodyFormat } from './encoder/codec.ts'

/** What `otel.sdk.exporter.*` is written with: https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics */
export interface ExporterInstruments {
  readonly inflight: UpDownCounter
  readonly exported: Counter
  readonly duration: Histogram
  readonly attributes: Attributes
}

/** @param number tells the exporters of one process apart */
export function exporterInstruments(
  meter: Meter,
  url: string,
  format: BodyFormat,
  number: number,
): ExporterInstruments {
  const type = format === 'json' ? 'otlp_http_json_span_exporter' : 'otlp_http_span_exporter'
  const { hostname, port, protocol } = new URL(url)
  return {
    inflight: meter.createUpDownCounter('otel.sdk.exporter.span.inflight', {
      unit: '{span}',
      description:
        'The number of spans which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).',
    }),
    exported: meter.createCounter('otel.sdk.exporter.span.exported', {
      unit: '{span}',
      description: 'The number of spans for which the export has finished, either successful or failed.',
    }),
    duration: meter.createHistogram('otel.sdk.exporter.operation.duration', {
      unit: 's',
      description: 'The duration of exporting a batch of telemetry records.',
    }),
    attributes: {
      'otel.component.type': type,
      'otel.component.name': `${type}/persistent-${number}`,
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    },
  }
}
