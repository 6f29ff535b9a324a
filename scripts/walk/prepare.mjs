import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Sets up everything that a walk needs.
 *
 * @param {string} name of the walk
 * @param load imports a package
 * @returns the walk itself, which throws when its span does not arrive, and what ends it all
 */
export async function prepare(name, load) {
  const { context } = await load('@opentelemetry/api')
  const { AsyncLocalStorageContextManager } = await load('@opentelemetry/context-async-hooks')
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  if (name === 'ID to exporter') return toExporter(load)
  if (name === 'persistent') return persistent(load)
  if (name === 'stock') return stock(load)
  throw new Error(`there is no walk "${name}"`)
}

async function toExporter(load) {
  const { SimpleSpanProcessor } = await load('@opentelemetry/sdk-trace-base')
  const { SessionSpanExporter } = await load('@otel-sessions/exporter')
  const { SessionSpanProcessor } = await load('@otel-sessions/processor')
  const memory = new Memory()
  const exporting = new SimpleSpanProcessor(new SessionSpanExporter(memory))
  const { provider, endOne } = await application(load, [new SessionSpanProcessor(), exporting])
  const inSession = await sessionOf(load)
  return {
    async walk() {
      await inSession(endOne)
      const spans = await memory.answered
      if (spans !== 1) throw new Error(`${spans} spans were exported, not one`)
    },
    close: () => provider.shutdown(),
  }
}

async function persistent(load) {
  const { PersistentBatchSpanProcessor } = await load('@otel-sessions/exporter/persistent')
  const { SessionSpanProcessor } = await load('@otel-sessions/processor')
  const inSession = await sessionOf(load)
  const directory = mkdtempSync(join(tmpdir(), 'otel-sessions-walk-'))
  const receiver = await startReceiver()
  const delivering = new PersistentBatchSpanProcessor({ url: receiver.url, directory })
  const { provider, endOne } = await application(load, [new SessionSpanProcessor(), delivering])
  const remove = () => rmSync(directory, { recursive: true, force: true })
  return delivery(provider, receiver, () => inSession(endOne), remove)
}

async function stock(load) {
  const { BatchSpanProcessor } = await load('@opentelemetry/sdk-trace-base')
  const { OTLPTraceExporter } = await load('@opentelemetry/exporter-trace-otlp-http')
  const receiver = await startReceiver()
  const exporting = new BatchSpanProcessor(new OTLPTraceExporter({ url: receiver.url }))
  const { provider, endOne } = await application(load, [exporting])
  return delivery(provider, receiver, endOne, () => {})
}

/** The function that the session is for is asynchronous, as one that calls a model is. */
async function application(load, spanProcessors) {
  const { BasicTracerProvider } = await load('@opentelemetry/sdk-trace-base')
  const provider = new BasicTracerProvider({ spanProcessors })
  const tracer = provider.getTracer('walk')
  return { provider, endOne: async () => tracer.startSpan('answer').end() }
}

async function sessionOf(load) {
  const { usingSession } = await load('@otel-sessions/processor')
  return (work) => usingSession('user_123_conv_456', work)
}

async function delivery(provider, receiver, endOne, remove) {
  await provider.forceFlush()
  return {
    async walk() {
      await endOne()
      await provider.forceFlush()
      if (receiver.answered !== 1) throw new Error(`${receiver.answered} requests were answered, not one`)
    },
    async close() {
      await provider.shutdown()
      receiver.close()
      remove()
    },
  }
}

/** An exporter in memory that answers in a later turn, as those do that send. */
class Memory {
  #answered = Promise.withResolvers()
  /** Resolves to the number of spans that it got, once it has said so. */
  answered = this.#answered.promise

  export(spans, resultCallback) {
    setImmediate(() => {
      resultCallback({ code: 0 })
      this.#answered.resolve(spans.length)
    })
  }

  async shutdown() {}
}

async function startReceiver() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      receiver.answered++
      response.end()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver = {
    url: `http://127.0.0.1:${server.address().port}/v1/traces`,
    answered: 0,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return receiver
}
