import type { MeterProvider } from '@opentelemetry/api'
import type { ValidationOptions } from '../validation/options.ts'

/** What messages about options begin with. */
export const PROCESSOR = 'PersistentBatchSpanProcessor'

/** How request bodies are compressed. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** Headers by name, or their entries, such as a `Headers` or a `Map`; undefined values are left out, and logged once. */
export type HeaderEntries =
  | Readonly<Record<string, string | number | undefined>>
  | Iterable<readonly [string, string | number | undefined]>

/** Headers, or a function that returns them for each request, for tokens that expire. */
export type HeadersOption = HeaderEntries | (() => HeaderEntries | Promise<HeaderEntries>)

/**
 * Options of Node's `http.Agent` or `https.Agent`, or a function that returns an agent, or a promise of one, for a
 * protocol (`'http:'` or `'https:'`).
 */
export type HttpAgentOption = Readonly<Record<string, unknown>> | ((protocol: string) => unknown)

/** How often the journal is forced to the disk itself, so that it survives a power loss. */
export type Fsync = 'never' | 'interval' | 'batch'

/** What is dropped if the queue is full: the oldest spans (a whole segment), or the newest. */
export type Overflow = 'drop-oldest' | 'reject-newest'

/** The part of a MeterProvider that is used. */
export type MeterProviderLike = Pick<MeterProvider, 'getMeter'>

/** When an ended span is written to the journal: within 20 ms, or before `onEnd` returns. */
export type Durability = 'batch' | 'span'

/**
 * Options of `PersistentBatchSpanProcessor`. Those of the endpoint are also read from the environment, as by
 * OpenTelemetry's exporters: `OTEL_EXPORTER_OTLP_ENDPOINT`, `_HEADERS`, `_COMPRESSION`, `_TIMEOUT`, `_PROTOCOL`,
 * `_CERTIFICATE`, `_CLIENT_CERTIFICATE` and `_CLIENT_KEY`, and each as `OTEL_EXPORTER_OTLP_TRACES_…`, which takes
 * precedence. `OTEL_BSP_SCHEDULE_DELAY`, `_MAX_EXPORT_BATCH_SIZE` and `_EXPORT_TIMEOUT` are read as by
 * `BatchSpanProcessor`. An option takes precedence over the environment.
 */
export interface PersistentBatchSpanProcessorOptions {
  /**
   * The whole URL of an OTLP/HTTP endpoint, used as it is.
   *
   * @default 'http://localhost:4318/v1/traces'
   */
  readonly url?: string | undefined
  /**
   * Headers of each request: an object, a `Headers` or other entries, or a function that returns them, or a promise of
   * them, for tokens that expire. They take precedence over headers of the environment with the same name. Headers that
   * describe the body (`content-…`, `transfer-encoding`, `expect`, `trailer`, `upgrade`) are ignored. A `User-Agent` goes
   * before the one of this package. A header whose value is undefined is left out, and logged once. Headers are never
   * written to the journal. If the function throws, or does not finish within `timeoutMillis`, the request is retried
   * later.
   */
  readonly headers?: HeadersOption | undefined
  /**
   * How requests are compressed. `zstd` needs Node 22.15 or later, and an endpoint that accepts it: the OpenTelemetry
   * Collector does, many backends do not.
   *
   * @default 'none'
   */
  readonly compression?: Compression | undefined
  /**
   * The format of requests.
   *
   * @default 'http/protobuf'
   */
  readonly protocol?: 'http/protobuf' | 'http/json' | undefined
  /**
   * The longest that `Retry-After` can delay the next request, in milliseconds. A longer one is shortened, and logged once.
   *
   * @default 300000
   */
  readonly maxRetryAfterMillis?: number | undefined
  /**
   * How long a request waits without progress, in milliseconds; then it is retried. The time begins anew with each part of
   * a large body that the endpoint takes, up to this time for each megabyte in addition. After the upload the answer has
   * this time, and as long as the upload took.
   *
   * @default 10000
   */
  readonly timeoutMillis?: number | undefined
  /**
   * Options of Node's `http.Agent` or `https.Agent`: certificates, sockets. Connections are kept alive by default. With
   * `NODE_USE_ENV_PROXY=1`, requests go through the proxies of the environment, from Node 22.21 and 24.5 on. Or a
   * function that returns an agent, such as one for a proxy: it is called once, before the first request, and the
   * application has to close the agent; while the function fails, or does not finish within `timeoutMillis`, spans wait,
   * and it is called again.
   */
  readonly httpAgentOptions?: HttpAgentOption | undefined
  /**
   * How many requests may be in flight: 1 to 64. After a crash at most as many are repeated, and what was accepted of
   * batches that are being narrowed down.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * The most spans of a request: 1 to 65,536. A request is also limited to 4 MB before compression, or to the size that
   * the endpoint was seen to accept (413), unless a single span is larger.
   *
   * @default 2048
   */
  readonly maxExportBatchSize?: number | undefined
  /**
   * How long spans wait until a request is full, in milliseconds.
   *
   * @default 1000
   */
  readonly scheduledDelayMillis?: number | undefined
  /**
   * The deadline of `forceFlush`, in milliseconds.
   *
   * @default 30000
   */
  readonly exportTimeoutMillis?: number | undefined
  /**
   * The deadline of `shutdown`, and of sending when the process exits by itself, in milliseconds.
   *
   * @default 10000
   */
  readonly shutdownTimeoutMillis?: number | undefined
  /**
   * The directory of the journal, created if needed, readable by its owner only: the journal contains whole spans,
   * prompts included. Several processes may share it. Without it, spans are kept in memory, and are lost if the process
   * exits before they are delivered.
   */
  readonly directory?: string | undefined
  /**
   * `'batch'` writes a span to the journal within 20 ms after it ended, off the event loop; a process that is killed loses
   * the spans of that time, and those that are being written. `'span'` writes it synchronously, before `onEnd` returns.
   *
   * @default 'batch'
   */
  readonly durability?: Durability | undefined
  /**
   * When the journal is forced to the disk itself: never, every 500 ms, or with each write. A process that is killed loses
   * nothing with any of them; a machine that loses power loses what was not forced.
   *
   * @default 'interval'
   */
  readonly fsync?: Fsync | undefined
  /**
   * The most disk space of this process's journal, in bytes, at least 1,000,000. A shutdown can exceed it by what is left
   * of batches that are partly answered.
   *
   * @default 536870912
   */
  readonly maxBytes?: number | undefined
  /**
   * How long a span waits for its delivery, in milliseconds. An older one is tried once more, and then dropped.
   *
   * @default 86400000
   */
  readonly maxAge?: number | undefined
  /**
   * The disk counts as full if less is free, in bytes.
   *
   * @default 67108864
   */
  readonly minFreeDiskBytes?: number | undefined
  /**
   * The most memory for queued spans, in bytes, at least 1,000,000: without a directory, or while the disk is full or
   * cannot be written to. Half of it caches spans of the journal that will be sent soon.
   *
   * @default 67108864
   */
  readonly maxMemoryBytes?: number | undefined
  /**
   * The most space for spans that the endpoint rejected, in bytes; 0 keeps none. They are in the folder `rejected` of the
   * directory, and without a directory in memory, in addition to `maxMemoryBytes`.
   *
   * @default 67108864
   */
  readonly maxRejectedBytes?: number | undefined
  /**
   * What is dropped if the queue is full: the oldest spans, a segment of the journal at a time, or the newest.
   *
   * @default 'drop-oldest'
   */
  readonly overflow?: Overflow | undefined
  /**
   * Session validation before encoding, with the options of `SessionSpanExporter`; `false` turns it off. With a
   * directory, the journal has a copy of spans that wait for their trace (`backfill`). After a crash the next process
   * delivers it, without the session that the span would have inherited.
   *
   * @default {}
   */
  readonly session?: ValidationOptions | false | undefined
  /** Receives the metrics `otel.sdk.processor.*` and `otel.sdk.exporter.*`, and those of the queue and journal. */
  readonly meterProvider?: MeterProviderLike | undefined
}
