import type { SessionSpanExporterOptions } from '@otel-sessions/exporter'

/** What the gate is given, beside the exporter, in the modes `after` and `scope`. */
export const FILL: SessionSpanExporterOptions = { fillFromTrace: {} }
