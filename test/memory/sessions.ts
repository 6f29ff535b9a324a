import { context, trace } from '@opentelemetry/api'
import { usingSession } from '@otel-sessions/processor'
import { tracer } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

/** A new session for each request: some with a user and metadata, each with a root span and a child. */
export const sessions: Shape = {
  name: 'new sessions, each with a root and a child span',
  times: 1_000_000,
  isLong: true,
  async run(times) {
    for (let count = 0; count < times; count++) {
      usingSession(sessionOf(count), rootAndChild)
      // Exports and promises settle in microtasks.
      if (count % 1000 === 0) await hop()
    }
  },
}

const sessionOf = (count: number) =>
  count % 10 === 0
    ? {
        sessionId: `memory_session_${count}`,
        userId: `user_${count}`,
        metadata: { count },
        tags: ['now and then'],
      }
    : `memory_session_${count}`

function rootAndChild() {
  const root = tracer.startSpan('root')
  tracer.startSpan('child', undefined, trace.setSpan(context.active(), root)).end()
  root.end()
}
