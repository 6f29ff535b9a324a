import { type Api, serve } from './application.ts'
import { keeping, type Row, type Wrap } from './row.ts'

/** What is begun. It is shut down when the application has been served. */
interface SetUp {
  shutdown(): Promise<void>
}

/** The package whose version the table shows, and how the set-up is begun with processors. */
type Begin<P> = readonly [library: string, begin: (spanProcessors: P[]) => SetUp]

/** A line of the SDK; the API is the line's own copy. */
interface Line<P extends object> {
  readonly api: Api & { readonly trace: { getTracerProvider(): object } }
  /** A batch processor and a simple one, each with an exporter. */
  createProcessors(batch: object, simple: object): P[]
}

/**
 * The rows of a line of the SDK: set-ups as applications have them, with two processors.
 *
 * @param setUps by their names
 */
export function createRows<P extends object>(
  { api, createProcessors }: Line<P>,
  setUps: Readonly<Record<string, Begin<P>>>,
): readonly Row[] {
  return Object.entries(setUps).map(([name, [library, begin]]) => ({
    name,
    library,
    backends: ['langfuse'],
    async run(wrap: Wrap) {
      const [batch, simple] = [keeping(), keeping()]
      const setUp = begin(wrap(createProcessors(batch.exporter, simple.exporter)))
      await serve(api, api.trace.getTracer('app'))
      await setUp.shutdown()
      return { spans: { Batch: batch.sent, Simple: simple.sent } }
    },
  }))
}

/** What is used of `@opentelemetry/sdk-node`. */
type NodeSdkClass<P> = new (options: {
  spanProcessors: P[]
  autoDetectResources: boolean
}) => SetUp & { start(): void }

/** The set-up of `NodeSDK` in code. */
export const nodeSdk = <P>(NodeSDK: NodeSdkClass<P>): Begin<P> => [
  '@opentelemetry/sdk-node',
  (spanProcessors) => {
    const sdk = new NodeSDK({ spanProcessors, autoDetectResources: false })
    sdk.start()
    return sdk
  },
]

type ProviderClass<P, Provider> = new (options: { spanProcessors: P[] }) => Provider

/** What SDK 1 and SDK 2 have in common, each in packages of its own. */
interface BaseLine<P extends object, Provider extends SetUp> {
  readonly api: Line<P>['api']
  readonly BatchSpanProcessor: new (exporter: never) => P
  readonly SimpleSpanProcessor: new (exporter: never) => P
  readonly BasicTracerProvider: ProviderClass<P, Provider>
  readonly NodeTracerProvider: ProviderClass<P, Provider>
  readonly NodeSDK: NodeSdkClass<P>
  readonly registerOTel: (options: {
    serviceName: string
    spanProcessors: P[]
    instrumentations: never[]
    autoDetectResources: boolean
  }) => void
  /** Registers a provider and a context manager. */
  register(provider: Provider): void
}

/** The rows of SDK 1 and SDK 2. */
export function createBaseRows<P extends object, Provider extends SetUp>(
  line: BaseLine<P, Provider>,
): readonly Row[] {
  const registered = (library: string, TracerProvider: ProviderClass<P, Provider>): Begin<P> => [
    library,
    (spanProcessors) => {
      const provider = new TracerProvider({ spanProcessors })
      line.register(provider)
      return provider
    },
  ]
  const createProcessors = (batch: object, simple: object) => [
    new line.BatchSpanProcessor(batch as never),
    new line.SimpleSpanProcessor(simple as never),
  ]
  return createRows<P>(
    { api: line.api, createProcessors },
    {
      BasicTracerProvider: registered('@opentelemetry/sdk-trace-base', line.BasicTracerProvider),
      NodeTracerProvider: registered('@opentelemetry/sdk-trace-node', line.NodeTracerProvider),
      NodeSDK: nodeSdk(line.NodeSDK),
      registerOTel: [
        '@vercel/otel',
        (spanProcessors) => {
          const options = { serviceName: 'app', instrumentations: [], autoDetectResources: false }
          line.registerOTel({ ...options, spanProcessors })
          return (line.api.trace.getTracerProvider() as { getDelegate(): SetUp }).getDelegate()
        },
      ],
    },
  )
}
