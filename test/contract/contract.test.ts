import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { onTestFinished } from 'vitest'
import { checkDelivery } from './check-delivery.ts'
import type { CreateSubject } from './subject.ts'

type Options = ConstructorParameters<typeof PersistentBatchSpanProcessor>[0]

const ours =
  (options: Options, hasJournal: boolean): CreateSubject =>
  ({ url, batchSize }) => {
    const directory = hasJournal ? mkdtempSync(join(tmpdir(), 'otel-sessions-contract-')) : undefined
    if (directory !== undefined) onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const processor = new PersistentBatchSpanProcessor({
      url,
      // An answer that is late on a busy machine must not become a retry.
      timeoutMillis: 60_000,
      maxExportBatchSize: batchSize,
      directory,
      ...options,
    })
    return {
      processor,
      counts() {
        const { delivered, rejected, dropped, queued, buffered } = processor.stats()
        const lost = Object.values(dropped).reduce((sum, spans) => sum + spans, 0)
        return { delivered, rejected, lost, waiting: queued.spans + buffered }
      },
    }
  }

const stock: CreateSubject = ({ url, batchSize, timeoutMillis }) => ({
  processor: new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis }), {
    maxExportBatchSize: batchSize,
    scheduledDelayMillis: 1000,
  }),
  counts: () => undefined,
})

checkDelivery('PersistentBatchSpanProcessor in memory', ours({}, false))
checkDelivery('PersistentBatchSpanProcessor with a journal', ours({}, true))
checkDelivery("PersistentBatchSpanProcessor with durability 'span'", ours({ durability: 'span' }, true))
checkDelivery('PersistentBatchSpanProcessor with JSON', ours({ protocol: 'http/json' }, true))
checkDelivery(
  'PersistentBatchSpanProcessor with compression and three requests at a time',
  ours({ compression: 'gzip', concurrency: 3 }, true),
)
// It retries only within the timeout of one request, queues 2048 spans, and does not count. Its flush does not wait
// for requests in flight, so what has arrived after a flush is random.
checkDelivery(
  'BatchSpanProcessor with OTLPTraceExporter',
  stock,
  ['burst', 'temporary', 'mixed', 'flush', 'counters'],
  ['permanent'],
)
