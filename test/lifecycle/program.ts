/** An application with open sessions that gets signals. */
import { registerHooks } from 'node:module'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { endSessionsOnSignals, startSession } from '@otel-sessions/processor/lifecycle'
import { readConfig, run, tell } from '../../demo/support/child.ts'

/** How the program is set up. */
export interface ProgramConfig {
  /** The collector's URL. */
  url: string
  /** How long a flush may take; without it, `endSessionsOnSignals` is not called. */
  timeoutMillis?: number | undefined
  /** What its own listener does, if it has one. */
  own?: 'shut down' | 'shut down once' | 'live on' | 'signal-exit' | 'another copy' | undefined
  /** Whether the flush sends a message, and waits for the message `flush`. */
  waits?: boolean | undefined
}

const { url, timeoutMillis, own, waits } = readConfig<ProgramConfig>()

const exporter = new OTLPTraceExporter({ url, timeoutMillis: 600_000 })
const spanProcessors = [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)]
const provider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(provider)

async function shutDown(): Promise<void> {
  await provider.shutdown()
  process.exit(0)
}

/** Behaves like signal-exit 3 and 4, which let the process end when no other listener is left. */
function likeSignalExit(): void {
  const emitter = { count: 1 }
  Object.defineProperty(globalThis, Symbol.for('signal-exit emitter'), { value: emitter })
  const listener = (signal: NodeJS.Signals) => {
    if (process.listeners(signal).length !== emitter.count) return
    process.removeListener(signal, listener)
    process.kill(process.pid, signal)
  }
  process.on('SIGTERM', listener)
}

function listen(): void {
  if (own === 'shut down') process.on('SIGTERM', shutDown)
  if (own === 'shut down once') process.once('SIGTERM', shutDown)
  if (own === 'live on') process.on('SIGTERM', () => tell('alive'))
  if (own === 'signal-exit') likeSignalExit()
}

/** Loads a second copy of the package, as in an application whose dependencies need different versions. */
async function anotherCopy(): Promise<typeof import('@otel-sessions/processor/lifecycle')> {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context)
      const isOfCopy = context.parentURL?.endsWith('?copy') && specifier.startsWith('.')
      return isOfCopy ? { ...resolved, url: `${resolved.url}?copy` } : resolved
    },
  })
  return import(`${import.meta.resolve('@otel-sessions/processor/lifecycle')}?copy`)
}

const mayFlush = new Promise<void>((resolve) => {
  process.on('message', ({ type }: { type: string }) => {
    if (type === 'flush') resolve()
  })
})

const waitingProvider = {
  async forceFlush(): Promise<void> {
    tell('flushing')
    await mayFlush
    await provider.forceFlush()
  },
}

await run(async () => {
  listen()
  if (timeoutMillis !== undefined) {
    endSessionsOnSignals({ timeoutMillis, provider: waits ? waitingProvider : undefined })
  }
  if (own === 'another copy') {
    const copy = await anotherCopy()
    // Its flush waits for nothing, so it finishes first.
    copy.endSessionsOnSignals({ provider: { forceFlush: async () => {} } })
    copy.startSession({ sessionId: 'of the copy' })
  }
  startSession({ sessionId: 'one' })
  startSession({ sessionId: 'two' })
  startSession({ sessionId: 'done' }).end({ state: 'success' })
  process.on('message', async ({ type }: { type: string }) => {
    if (type === 'start') tell('started', startSession({ sessionId: 'three' }).id)
    if (type === 'shut down') await shutDown()
    // Thrown outside this function, whose errors are reported to the parent.
    if (type === 'crash') setImmediate(() => Promise.reject(new Error('a crash, on purpose')))
  })
  // Exports the starts before the program is ready.
  if (url.includes('/v1/')) await provider.forceFlush()
  tell('ready', process.listenerCount('SIGTERM') + process.listenerCount('SIGINT'))
})
