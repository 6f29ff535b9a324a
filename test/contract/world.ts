import type { Span } from '@opentelemetry/api'
import { BasicTracerProvider, type TracerConfig } from '@opentelemetry/sdk-trace-base'
import { Endpoint, type Reply } from './endpoint.ts'
import type { Settings, Subject } from './subject.ts'

/** Variables of the environment, set while a subject is constructed. */
type Environment = Readonly<Record<string, string>>

/** What a world is made of; all but the subject has a default. */
export interface WorldOptions {
  readonly endpoint?: Endpoint
  /** By default, batches of four spans go to the endpoint's URL, and no deadline passes, however slow the machine is. */
  readonly settings?: Settings
  readonly environment?: Environment
  readonly provider?: TracerConfig
  /** Returns all lines that were logged in this process. */
  readonly logged?: () => readonly string[]
}

/** An endpoint, a subject, and the spans that ended. */
export class World implements AsyncDisposable {
  readonly endpoint: Endpoint
  readonly ended: string[] = []
  readonly subject: Subject
  readonly #running: ReturnType<Subject['start']>
  readonly #provider: BasicTracerProvider
  readonly #logged: () => readonly string[]

  private constructor(subject: Subject, endpoint: Endpoint, options: WorldOptions) {
    const { settings, environment = {}, provider, logged = () => [] } = options
    this.endpoint = endpoint
    this.#logged = logged
    this.subject = subject
    const deadlines = { timeoutMillis: 60_000, exportTimeoutMillis: 100_000, shutdownTimeoutMillis: 100_000 }
    const defaults = { url: endpoint.url, maxExportBatchSize: 4, ...deadlines }
    this.#running = withEnvironment(environment, () => subject.start({ ...defaults, ...settings }))
    this.#provider = new BasicTracerProvider({ ...provider, spanProcessors: [this.processor] })
  }

  static async start(subject: Subject, options: WorldOptions = {}): Promise<World> {
    return new World(subject, options.endpoint ?? (await Endpoint.start()), options)
  }

  get processor() {
    return this.#running.processor
  }

  /** Undefined if the subject does not count. */
  get counts() {
    return this.#running.counts()
  }

  /** Starts a span. */
  start(name = 'span'): Span {
    return this.#provider.getTracer('contract').startSpan(name)
  }

  /** Ends spans, and returns their names. */
  readonly end = (spans: number): string[] => {
    const names = Array.from({ length: spans }, (_, index) => `span ${this.ended.length + index}`)
    this.ended.push(...names)
    for (const name of names) this.start(name).end()
    return names
  }

  /** A flush that fails says so; the endpoint's record decides what arrived. */
  readonly flush = (): Promise<'resolves' | 'rejects'> => settled(this.processor.forceFlush())

  shutdown(): Promise<'resolves' | 'rejects'> {
    return settled(this.processor.shutdown())
  }

  /** Ends spans, and flushes. */
  send(spans = 1): Promise<'resolves' | 'rejects'> {
    this.end(spans)
    return this.flush()
  }

  /** The names of spans in requests that were accepted. */
  get accepted(): string[] {
    return this.endpoint.namesOf(isAccepted)
  }

  /** What became of the spans, once the subject had every chance to deliver them. */
  async fate(): Promise<'delivered' | 'kept' | 'rejected, kept' | 'lost' | `${number} of ${number} lost`> {
    const isDelivered = () => new Set(this.accepted).size === this.ended.length
    await this.flush()
    if (isDelivered()) return 'delivered'
    const { waiting = 0, rejected = 0 } = this.counts ?? {}
    if (waiting > 0) return 'kept'
    if (rejected > 0) return 'rejected, kept'
    await this.shutdown()
    if (isDelivered()) return 'delivered'
    const lost = this.ended.length - new Set(this.accepted).size
    return lost === this.ended.length ? 'lost' : `${lost} of ${this.ended.length} lost`
  }

  /** Whether a line was logged that contains a text. */
  hasLogged(text: string): boolean {
    return this.#logged().some((line) => line.includes(text))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endpoint.stop()
    await this.#running.dispose()
  }
}

const settled = (promise: Promise<void>) =>
  promise.then(
    () => 'resolves' as const,
    () => 'rejects' as const,
  )

function isAccepted(reply: Reply): boolean {
  const status = typeof reply === 'object' ? reply.status : reply
  return typeof status === 'number' && status >= 200 && status < 300
}

function withEnvironment<T>(environment: Environment, run: () => T): T {
  Object.assign(process.env, environment)
  try {
    return run()
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name]
  }
}
