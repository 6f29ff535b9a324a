import type { SessionSpanExporterOptions } from '../options.ts'
import type { MeterProviderLike } from './meter-types.ts'

/** How bodies are compressed. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** Headers by name, or their entries, such as a `Headers` or a `Map`; what is undefined is left out. */
export type HeaderEntries =
  | Readonly<Record<string, string | number | undefined>>
  | Iterable<readonly [string, string | number | undefined]>

/** Headers, or what makes them, before each request: for tokens that run out. */
export type HeadersOption = HeaderEntries | (() => HeaderEntries | Promise<HeaderEntries>)

/**
 * Options of Node's `http.Agent` or `https.Agent`, or a function that gives an agent for a protocol (`'http:'` or
 * `'https:'`), also asynchronously.
 */
export type HttpAgentOption = Readonly<Record<string, unknown>> | ((protocol: string) => unknown)

/** How often what was written is forced to the disk itself, so that it survives a power loss. */
export type Fsync = 'never' | 'interval' | 'batch'

/** What happens when there is no room: the oldest make way (a whole segment), or the newest is not taken. */
export type Overflow = 'drop-oldest' | 'reject-newest'

/** When a span that ended is written to the journal: within 20 ms, or before `onEnd` returns. */
export type Durability = 'batch' | 'span'

/** The gate before encoding: options of `SessionSpanExporter`, without what concerns the exporter that it wraps. */
export type GateOptions = Omit<SessionSpanExporterOptions, 'exportTimeoutMillis' | 'shutdownTimeoutMillis'>

/**
 * Options of `PersistentBatchSpanProcessor`. Those that name the receiver are also read from the environment, as
 * OpenTelemetry's exporters do: `OTEL_EXPORTER_OTLP_ENDPOINT`, `_HEADERS`, `_COMPRESSION`, `_TIMEOUT`, `_PROTOCOL`,
 * `_CERTIFICATE`, `_CLIENT_CERTIFICATE` and `_CLIENT_KEY`, each also as `OTEL_EXPORTER_OTLP_TRACES_…`, which goes first.
 * `OTEL_BSP_SCHEDULE_DELAY`, `_MAX_EXPORT_BATCH_SIZE` and `_EXPORT_TIMEOUT` are those of `BatchSpanProcessor`. An option
 * goes before the environment.
 */
export interface PersistentBatchSpanProcessorOptions {
  /**
   * Where the spans are sent: the whole URL of an OTLP/HTTP receiver, used as it is.
   *
   * @default 'http://localhost:4318/v1/traces'
   */
  readonly url?: string | undefined
  /**
   * Headers of each request: an object, a `Headers` or other entries, or a function that gives them, also
   * asynchronously, for tokens that run out. They go before those of the environment with the same name; those that
   * say how the body is written and sent (`content-…`, `transfer-encoding`, `expect`, `trailer`, `upgrade`) are left
   * out. The journal has none of them. A function that throws lets the request be repeated later.
   */
  readonly headers?: HeadersOption | undefined
  /**
   * How requests are compressed. `zstd` needs Node 22.15 or later, and a receiver that takes it: the OpenTelemetry
   * Collector does, many backends do not.
   *
   * @default 'none'
   */
  readonly compression?: Compression | undefined
  /**
   * The form of the requests.
   *
   * @default 'http/protobuf'
   */
  readonly protocol?: 'http/protobuf' | 'http/json' | undefined
  /**
   * The longest that a request may take, to the end of its answer, in milliseconds. Then it is repeated.
   *
   * @default 10000
   */
  readonly timeoutMillis?: number | undefined
  /**
   * Options of Node's `http.Agent` or `https.Agent`: certificates, sockets. Connections are kept alive unless told
   * otherwise. Or a function that gives an agent, such as one for a proxy: it is called once, before the first request,
   * and the agent stays the application's; while it fails, spans wait.
   */
  readonly httpAgentOptions?: HttpAgentOption | undefined
  /**
   * How many requests may be in flight: 1 to 64. After a crash at most as many are repeated.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
  /**
   * The most spans of a request: 1 to 65,536. A request is also not larger than 4 MB before compression, or than what
   * the receiver was seen to take (413), unless one span is.
   *
   * @default 2048
   */
  readonly maxExportBatchSize?: number | undefined
  /**
   * How long spans wait for a request to become full, in milliseconds.
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
   * The deadline of `shutdown`, and of what is sent when the process comes to its natural end, in milliseconds.
   *
   * @default 10000
   */
  readonly shutdownTimeoutMillis?: number | undefined
  /**
   * The folder of the journal, made if need be, for its owner alone: what is in the spans, prompts included, is in its
   * files. Several processes may share it. Without it, spans are kept in memory and are lost when the process ends
   * before they were delivered.
   */
  readonly directory?: string | undefined
  /**
   * `'batch'`: a span is in the journal at most 20 ms after it ended, written off the event loop, and a process that
   * is killed loses what ended in that time. `'span'`: it is when `onEnd` returns, written synchronously.
   *
   * @default 'batch'
   */
  readonly durability?: Durability | undefined
  /**
   * When what was written is forced to the disk itself: never, every 500 ms, or with each write. A process that is
   * killed loses nothing with any of them; a machine that loses power loses what was not forced.
   *
   * @default 'interval'
   */
  readonly fsync?: Fsync | undefined
  /**
   * How the journal is compressed, whatever the requests are.
   *
   * @default 'none'
   */
  readonly journalCompression?: Compression | undefined
  /**
   * The most that this process's journal takes on the disk, in bytes, at least 1,000,000.
   *
   * @default 536870912
   */
  readonly maxBytes?: number | undefined
  /**
   * How long a span waits to be delivered, in milliseconds. What is older is still tried once.
   *
   * @default 86400000
   */
  readonly maxAge?: number | undefined
  /**
   * The disk counts as full when it has less left, in bytes.
   *
   * @default 67108864
   */
  readonly minFreeDiskBytes?: number | undefined
  /**
   * The most that waits in memory, in bytes, at least 1,000,000: without a directory, or while the disk is full or
   * cannot be written to. Half of it is used for what is in the journal and will be sent soon.
   *
   * @default 67108864
   */
  readonly maxMemoryBytes?: number | undefined
  /**
   * The most that is kept, in `rejected`, of what the receiver refused for good, in bytes; 0 keeps nothing.
   *
   * @default 67108864
   */
  readonly maxRejectedBytes?: number | undefined
  /**
   * What goes where there is no more room: the oldest spans, a segment of the journal at a time, or the newest.
   *
   * @default 'drop-oldest'
   */
  readonly overflow?: Overflow | undefined
  /**
   * The session gate before encoding, as of `SessionSpanExporter`; `false` for none. What waits there for its trace
   * (`fillFromTrace`) is not in the journal yet.
   *
   * @default {}
   */
  readonly gate?: GateOptions | false | undefined
  /** Takes the metrics `otel.sdk.processor.*` and `otel.sdk.exporter.*`, and those of the journal. */
  readonly meterProvider?: MeterProviderLike | undefined
}
