import { ROOT_CONTEXT } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { BACKENDS, type BackendName } from '@otel-sessions/exporter/backends'
import { contextWithSession, SessionSpanProcessor } from '@otel-sessions/processor'

/** The names in the order of the table. */
export const NAMES = Object.keys(BACKENDS) as BackendName[]

/** The file with the expected attributes of one span for a backend. */
export const goldenFile = (name: BackendName) => new URL(`../golden/backends/${name}.json`, import.meta.url)

/**
 * Exports one span for a backend: with everything that a scope can set, except a conversation, by which some backends
 * group.
 */
export async function golden(name: BackendName) {
  const all = await exported(name, true)
  const withoutConversation = await exported(name, false)
  return { all, withoutConversation }
}

async function exported(name: BackendName, hasConversation: boolean) {
  const memory = new InMemorySpanExporter()
  const exporter = new SessionSpanExporter(memory, { backends: [BACKENDS[name]] })
  const provider = new BasicTracerProvider({
    spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(exporter)],
  })
  const scope = contextWithSession(ROOT_CONTEXT, {
    sessionId: 'user_123_conv_456',
    ...(hasConversation ? { conversationId: 'conv_7' } : {}),
    userId: 'user_123',
    tags: ['beta', 'eu'],
    metadata: { plan: 'pro', seats: 3, trial: false },
  })
  const attributes = { 'gen_ai.operation.name': 'chat' }
  provider.getTracer('app').startSpan('chat', { attributes }, scope).end()
  await provider.forceFlush()
  return memory.getFinishedSpans()[0]?.attributes
}
