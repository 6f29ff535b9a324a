import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { SessionAnalytics } from '@otel-sessions/analytics'
import { hop, type Shape } from './shape.ts'

const analytics = new SessionAnalytics({ maxSessions: 1_000 })
const provider = new BasicTracerProvider({ spanProcessors: [analytics] })
const tracer = provider.getTracer('memory')

/**
 * The requests whose spans fill a generation of those that are remembered. Each run ends with a full one, so that equally
 * many are in memory when it is measured.
 */
const GENERATION = 16_384 / 2

/** Totals of a new session for each request, with its own user and model: new ones evict old ones. */
export const totals: Shape = {
  name: 'totals of sessions, each with its own model and user',
  times: 1_000_000,
  isLong: true,
  async run(times) {
    const requests = Math.ceil(times / GENERATION) * GENERATION
    for (let count = 0; count < requests; count++) {
      const attributes = {
        'session.id': `memory_totals_${count}`,
        'user.id': `user_${count}`,
        'tag.tags': [`tag_${count}`],
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': `model_${count}`,
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 5,
      }
      const root = tracer.startSpan('root', { attributes }, ROOT_CONTEXT)
      tracer.startSpan('chat', { attributes }, trace.setSpan(ROOT_CONTEXT, root)).end()
      root.end()
      if (count % 1000 === 0) await hop()
    }
    const { sessions } = analytics.counters()
    if (sessions > 1_000) throw new Error(`${sessions} sessions, where at most 1,000 may be`)
  },
}
