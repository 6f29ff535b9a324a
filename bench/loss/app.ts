// An application that creates spans and ends: `fork(app, [job as JSON, file for the report])`. It sends a message when
// it is ready, starts when it gets one, and writes the report when it exits, however it exits.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type {
  PersistentBatchSpanProcessor,
  PersistentBatchSpanProcessorOptions,
} from '@otel-sessions/exporter/persistent'
import { NumberedSpans } from '../support/numbered-spans.ts'
import { persistentProcessor } from '../support/persistent.ts'
import type { Job, JobReport } from './job.ts'
import { makeSpans } from './make-spans.ts'

/** Longer than any deadline of the pipelines. */
const PATIENCE_MILLIS = 35_000

const [jobJson = '', reportFile = ''] = process.argv.slice(2)
const job: Job = JSON.parse(jobJson)

const ours = job.pipeline === 'stock' ? undefined : await persistentProcessor(ourOptions())
const spanProcessor = ours ?? stock()
const idGenerator = new NumberedSpans()
const provider = new BasicTracerProvider({ idGenerator, spanProcessors: [spanProcessor] })
let endedAt = 0
let shutdownMillis = 0
let rejectedBefore = 0
const calls: string[] = []

process.on('exit', () => {
  const stats = ours === undefined ? {} : { stats: ours.stats() }
  const report: JobReport = {
    made: idGenerator.count,
    endedAt,
    calls: calls.join(', '),
    shutdownMillis,
    rejectedBefore,
    ...stats,
  }
  writeFileSync(reportFile, JSON.stringify(report))
})

process.send?.('ready')
await once(process, 'message')
// Only the measured pipeline may keep this process alive.
process.disconnect?.()
await makeSpans(provider.getTracer('app'), job.spans, job.overMillis)
endedAt = Date.now()
setTimeout(() => {
  calls.push(`still runs after ${PATIENCE_MILLIS / 1000} s`)
  process.exit()
}, PATIENCE_MILLIS).unref()
if (job.redelivers && ours !== undefined) await redeliver(ours)
if (job.ending === 'flush and exit') {
  await record('forceFlush', () => provider.forceFlush())
  process.exit()
} else if (job.ending !== 'none') {
  if (job.ending === 'drain') await record('forceFlush', () => provider.forceFlush())
  shutdownMillis = await record('shutdown', () => provider.shutdown())
}

function stock(): SpanProcessor {
  const { url, stockQueue } = job
  return new BatchSpanProcessor(
    new OTLPTraceExporter({ url, ...timeout() }),
    stockQueue === undefined ? {} : { maxQueueSize: stockQueue },
  )
}

function ourOptions(): PersistentBatchSpanProcessorOptions {
  const { pipeline, url, directory } = job
  return { url, ...timeout(), ...(pipeline === 'journal' && { directory }) }
}

/** Stock's exporter and our processor have the same option. */
function timeout(): { readonly timeoutMillis?: number } {
  return job.timeoutMillis === undefined ? {} : { timeoutMillis: job.timeoutMillis }
}

/** As an application would: once the collector is available again and the rejected spans are known. */
async function redeliver(processor: PersistentBatchSpanProcessor): Promise<void> {
  await record('forceFlush', () => processor.forceFlush())
  rejectedBefore = processor.stats().rejected
  await record('redeliver', () => processor.redeliver())
}

/** Returns how many milliseconds it took. */
async function record(call: string, make: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  let outcome = ''
  try {
    await make()
  } catch (error) {
    outcome = ` rejects (${error instanceof Error ? error.message : error})`
  }
  const millis = performance.now() - before
  calls.push(`${call} ${(millis / 1000).toFixed(1)} s${outcome}`)
  return millis
}
