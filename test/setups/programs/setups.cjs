// The set-ups, as an application writes them: the packages that each loads, and what it does with them. Both the CommonJS
// and the ESM entry of a program load the packages in their own way and call `start`. What it returns is flushed at the end.
const otlp = '@opentelemetry/exporter-trace-otlp-http'

/** Flushes the registered provider, as an application does that has no handle of it. */
const flushRegistered = (api) => () => api.trace.getTracerProvider().getDelegate().forceFlush()

/** A provider of SDK 1 or 2. */
function ownProvider({ packages: [api, base, hooks, { OTLPTraceExporter }] }, spanProcessors) {
  api.context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable())
  const exporting = new base.BatchSpanProcessor(new OTLPTraceExporter())
  const provider = new base.BasicTracerProvider(
    spanProcessors ? { spanProcessors: spanProcessors(exporting) } : {},
  )
  api.trace.setGlobalTracerProvider(provider)
  return { provider, exporting, flush: () => provider.forceFlush() }
}

const OWN = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/context-async-hooks',
  otlp,
]

exports.setups = {
  /** The exporter comes from the environment. */
  NodeSDK: {
    packages: ['@opentelemetry/sdk-node'],
    start({ packages: [{ NodeSDK }] }) {
      const sdk = new NodeSDK()
      sdk.start()
      return { flush: () => sdk.shutdown() }
    },
  },

  /** Mostly in a package of the application, whose own `package.json` does not name the SDK. */
  'NodeSDK with instrumentations': {
    packages: ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'],
    start({ packages: [{ NodeSDK }, { getNodeAutoInstrumentations }] }) {
      const sdk = new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] })
      sdk.start()
      return { flush: () => sdk.shutdown() }
    },
  },

  'auto-instrumentations/register': {
    packages: ['@opentelemetry/auto-instrumentations-node/register', '@opentelemetry/api'],
    start: ({ packages: [, api] }) => ({ flush: flushRegistered(api) }),
  },

  'own provider': {
    packages: OWN,
    start: (loaded) => ownProvider(loaded, (exporting) => [exporting]),
  },

  'own provider of SDK 3': {
    packages: ['@opentelemetry/api', '@opentelemetry/sdk-trace', '@opentelemetry/context-async-hooks', otlp],
    start({ packages: [api, sdk, hooks, { OTLPTraceExporter }] }) {
      api.context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable())
      const exporting = new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter() })
      const provider = new sdk.TracerProvider({ spanProcessors: [exporting] })
      api.trace.setGlobalTracerProvider(provider)
      return { flush: () => provider.forceFlush() }
    },
  },

  /** SDK 1 takes processors after the registration, too. */
  addSpanProcessor: {
    packages: OWN,
    start(loaded) {
      const { provider, exporting, flush } = ownProvider(loaded)
      provider.addSpanProcessor(exporting)
      return { flush }
    },
  },

  /** SDK 1 without processors exports to where `OTEL_TRACES_EXPORTER` says, if it is a class that was told how. */
  'exporter of the environment': {
    packages: [...OWN, '@opentelemetry/sdk-trace-node'],
    start({ packages: [, , , { OTLPTraceExporter }, { NodeTracerProvider }] }) {
      class Provider extends NodeTracerProvider {
        static _registeredExporters = new Map([['otlp', () => new OTLPTraceExporter()]])
      }
      const provider = new Provider()
      provider.register()
      return { flush: () => provider.shutdown() }
    },
  },

  '@vercel/otel': {
    packages: ['@vercel/otel', '@opentelemetry/api'],
    start({ packages: [{ registerOTel }, api] }) {
      registerOTel('setups')
      return { flush: flushRegistered(api) }
    },
  },

  'Sentry 10': {
    packages: ['@sentry/node', '@opentelemetry/sdk-trace-base', otlp, '@opentelemetry/api'],
    start({ packages: [Sentry, { BatchSpanProcessor }, { OTLPTraceExporter }, api] }) {
      Sentry.init({
        dsn: process.env.SENTRY_DSN,
        tracesSampleRate: 1,
        openTelemetrySpanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
      })
      return { flush: flushRegistered(api) }
    },
  },

  'Sentry 11': {
    packages: ['sentry-node-11'],
    start({ packages: [Sentry] }) {
      Sentry.init({ dsn: process.env.SENTRY_DSN, tracesSampleRate: 1, enableOpenTelemetrySetup: true })
      return { flush: () => Sentry.flush() }
    },
  },

  'NodeSDK with Langfuse': {
    packages: ['@opentelemetry/sdk-node', '@langfuse/otel', otlp],
    start({ packages: [{ NodeSDK }, { LangfuseSpanProcessor }, { OTLPTraceExporter }] }) {
      const exporter = new OTLPTraceExporter()
      const options = { exporter, publicKey: 'pk', secretKey: 'sk', shouldExportSpan: () => true }
      const sdk = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor(options)] })
      sdk.start()
      return { flush: () => sdk.shutdown() }
    },
  },

  setLangfuseTracerProvider: {
    packages: ['@langfuse/tracing', '@langfuse/otel', '@opentelemetry/sdk-trace-node', otlp],
    start({
      packages: [langfuse, { LangfuseSpanProcessor }, { NodeTracerProvider }, { OTLPTraceExporter }],
    }) {
      const exporter = new OTLPTraceExporter()
      const options = { exporter, publicKey: 'pk', secretKey: 'sk', shouldExportSpan: () => true }
      const provider = new NodeTracerProvider({ spanProcessors: [new LangfuseSpanProcessor(options)] })
      langfuse.setLangfuseTracerProvider(provider)
      return { tracer: provider.getTracer('isolated'), flush: () => provider.forceFlush() }
    },
  },

  Traceloop: {
    packages: ['@traceloop/node-server-sdk', otlp],
    start({ packages: [traceloop, { OTLPTraceExporter }] }) {
      traceloop.initialize({
        appName: 'setups',
        exporter: new OTLPTraceExporter(),
        silenceInitializationMessage: true,
        traceloopSyncEnabled: false,
        instrumentModules: {},
      })
      return { flush: () => traceloop.forceFlush() }
    },
  },
}
