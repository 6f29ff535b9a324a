/** An application with open sessions, that gets signals. */
import { registerHooks } from 'node:module'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { endSessionsOnSignals, startSession } from '@otel-sessions/processor/lifecycle'
import { readConfig, run, tell } from '../../demo/support/child.ts'

/** How the program is set up. */
export interface ProgramConfig {
  /** Of the collector. */
  url: string
  /** Whether it calls `endSessionsOnSignals`, and how long a flush may take. */
  timeoutMillis?: number | undefined
  /** What its own listener does, if it has one. */
  own?: 'shut down' | 'shut down once' | 'live on' | 'signal-exit' | 'another copy' | undefined
  /** Its flush is told, and waits for the message `flush`. */
  held?: boolean | undefined
}

const { url, timeoutMillis, own, held } = readConfig<ProgramConfig>()

const exporter = new OTLPTraceExporter({ url, timeoutMillis: 600_000 })
const spanProcessors = [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)]
const provider = new BasicTracerProvider({ spanProcessors })
trace.setGlobalTracerProvider(provider)

async function shutDown(): Promise<void> {
  await provider.shutdown()
  process.exit(0)
}

/** What signal-exit 3 and 4 do: they let the process end once only they are left. */
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

/** The same package once more, as an application has it whose dependencies do not agree on a version. */
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

const heldProvider = {
  async forceFlush(): Promise<void> {
    tell('flushing')
    await mayFlush
    await provider.forceFlush()
  },
}

await run(async () => {
  listen()
  if (timeoutMillis !== undefined) {
    endSessionsOnSignals({ timeoutMillis, provider: held ? heldProvider : undefined })
  }
  if (own === 'another copy') {
    const copy = await anotherCopy()
    // It has nothing to wait for, and is done first.
    copy.endSessionsOnSignals({ provider: { forceFlush: async () => {} } })
    copy.startSession({ sessionId: 'of the copy' })
  }
  startSession({ sessionId: 'one' })
  startSession({ sessionId: 'two' })
  startSession({ sessionId: 'done' }).end({ state: 'success' })
  process.on('message', async ({ type }: { type: string }) => {
    if (type === 'start') tell('started', startSession({ sessionId: 'three' }).id)
    if (type === 'shut down') await shutDown()
    // Not in this function, whose errors are told: as the application's own would be thrown.
    if (type === 'crash') setImmediate(() => Promise.reject(new Error('a crash, on purpose')))
  })
  // Before anything is said to be ready: what is lost later was never said.
  if (url.includes('/v1/')) await provider.forceFlush()
  tell('ready', process.listenerCount('SIGTERM') + process.listenerCount('SIGINT'))
})
