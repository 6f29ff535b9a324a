import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { loadPeer } from '../../peers/load.ts'
import { persistentProcessor } from '../support/persistent.ts'
import type { Row } from './rows.ts'

interface Langfuse {
  readonly LangfuseSpanProcessor: new (options: object) => SpanProcessor
}

// At most 30 batches in the queue: shutdown sends all of them concurrently, and the exporter rejects any more.
const TUNED = { maxQueueSize: 65_536, maxExportBatchSize: 2048 }
/** Enough for about as many spans as that queue; the default is 64 MB. */
const TUNED_MEMORY = { maxMemoryBytes: 256 * 1024 * 1024 }
/** `CompressionAlgorithm.GZIP`, of a package that is not a direct dependency. */
const GZIP = { compression: 'gzip' as never }

/** The span processor of a row; undefined if nothing is exported. */
export async function processorOf(
  row: Row,
  origin: string,
  directory: string,
): Promise<SpanProcessor | undefined> {
  const url = `${origin}/v1/traces`
  switch (row.kind) {
    case 'floor':
      return
    case 'stock': {
      const Exporter = row.protocol === 'json' ? JsonExporter : ProtobufExporter
      const exporter = new Exporter({ url, ...(row.isCompressed ? GZIP : {}) })
      return new BatchSpanProcessor(exporter, row.isTuned ? TUNED : {})
    }
    case 'langfuse': {
      const { LangfuseSpanProcessor } = await loadPeer<Langfuse>('@langfuse/otel')
      return new LangfuseSpanProcessor({ publicKey: 'none', secretKey: 'none', baseUrl: origin })
    }
    case 'ours':
      return persistentProcessor({ url, ...row.options, ...(row.hasJournal ? { directory } : TUNED_MEMORY) })
  }
}
