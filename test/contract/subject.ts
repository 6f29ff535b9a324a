import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import {
  PersistentBatchSpanProcessor,
  type PersistentBatchSpanProcessorOptions,
} from '@otel-sessions/exporter/persistent'

/** A subject's own counts of the spans that ended. */
interface Counts {
  /** Acknowledged by the endpoint. */
  readonly delivered: number
  /** Permanently rejected by the endpoint. */
  readonly rejected: number
  /** Lost in any other way. */
  readonly lost: number
  /** Not acknowledged yet. */
  readonly waiting: number
}

/** A span processor that delivers ended spans. */
interface Running {
  readonly processor: SpanProcessor
  /** Undefined if it does not count. */
  counts(): Counts | undefined
  /** Ends it without sending what is left, and deletes what it wrote. */
  dispose(): Promise<void>
}

/** What all subjects can be told; what is left out is read from the environment, or has its default. */
export interface Settings {
  readonly url?: string | undefined
  readonly headers?: Record<string, string | undefined> | (() => Promise<Record<string, string>>)
  /** What the application calls itself, before the exporter's own name. */
  readonly userAgent?: string
  readonly compression?: 'gzip'
  readonly httpAgentOptions?: NonNullable<PersistentBatchSpanProcessorOptions['httpAgentOptions']>
  /** How long one request may take; for OpenTelemetry's exporter, with all its retries. */
  readonly timeoutMillis?: number | undefined
  /** The most spans of a request. */
  readonly maxExportBatchSize?: number | undefined
  readonly scheduledDelayMillis?: number | undefined
  readonly exportTimeoutMillis?: number | undefined
  /** OpenTelemetry's has no such deadline. */
  readonly shutdownTimeoutMillis?: number
}

/** Something that has to keep the contract, or declares where it does not. */
export interface Subject {
  readonly name: string
  readonly side: 'theirs' | 'ours'
  readonly hasJournal: boolean
  start(settings: Settings): Running
}

type OurOptions = Omit<PersistentBatchSpanProcessorOptions, 'directory'>

const ours = (name: string, hasJournal: boolean, options: OurOptions = {}): Subject => ({
  name: `PersistentBatchSpanProcessor ${name}`,
  side: 'ours',
  hasJournal,
  start({ userAgent, headers, ...settings }) {
    const directory = hasJournal ? mkdtempSync(join(tmpdir(), 'otel-sessions-contract-')) : undefined
    const processor = new PersistentBatchSpanProcessor({
      ...settings,
      headers: userAgent === undefined ? headers : { 'User-Agent': userAgent },
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
      async dispose() {
        await processor.purge().catch(() => {})
        await processor.shutdown().catch(() => {})
        if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
      },
    }
  },
})

const theirs = (
  name: string,
  Exporter: typeof OTLPTraceExporter | typeof ProtobufTraceExporter,
): Subject => ({
  name: `BatchSpanProcessor with ${name}`,
  side: 'theirs',
  hasJournal: false,
  start({
    maxExportBatchSize,
    scheduledDelayMillis,
    exportTimeoutMillis,
    shutdownTimeoutMillis: _,
    ...settings
  }) {
    const exporter = new Exporter(settings as ConstructorParameters<typeof Exporter>[0])
    const batching = { maxExportBatchSize, scheduledDelayMillis, exportTimeoutMillis }
    const given = Object.entries(batching).filter(([, value]) => value !== undefined)
    const processor = new BatchSpanProcessor(exporter, Object.fromEntries(given))
    return {
      processor,
      counts: () => undefined,
      // It tries until its deadline, and leaves nothing behind that a test could see.
      async dispose() {
        processor.shutdown().catch(() => {})
      },
    }
  },
})

/** OpenTelemetry's, in both formats. */
export const THEIRS: readonly Subject[] = [
  theirs('exporter-trace-otlp-http', OTLPTraceExporter),
  theirs('exporter-trace-otlp-proto', ProtobufTraceExporter),
]

/** Ours, in memory and with a journal, in both formats. */
export const OURS: readonly Subject[] = [
  ours('in memory', false),
  ours('with a journal', true),
  ours('with JSON', false, { protocol: 'http/json' }),
  ours('with compression', false, { compression: 'gzip' }),
]

/** Ours with settings that change how it writes and sends, and nothing of the contract. */
export const MORE_OF_OURS: readonly Subject[] = [
  ours("with durability 'span'", true, { durability: 'span' }),
  ours('with a journal and three requests at a time', true, { concurrency: 3 }),
]
