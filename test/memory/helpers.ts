import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  bindSession,
  contextWithoutSession,
  contextWithSession,
  getSession,
  setSpanSession,
} from '@otel-sessions/processor'
import { tracer } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

/** Every helper with many objects, none of which may be retained. */
export const helpers: Shape = {
  name: 'getSession, contextWithSession, setSpanSession and bindSession with many objects',
  times: 100_000,
  async run(times) {
    let seen = 0
    for (let count = 0; count < times; count++) {
      const id = `memory_helper_${count}`
      const inside = contextWithSession(ROOT_CONTEXT, { sessionId: id, metadata: { count } })
      if (context.with(inside, () => getSession())?.sessionId === id) seen++
      if (getSession(contextWithoutSession(inside)) !== undefined) throw new Error('not cleared')
      const span = tracer.startSpan('late', undefined, ROOT_CONTEXT)
      setSpanSession(span, id)
      span.end()
      seen += bindSession(() => 1, id)()
      for (const one of bindSession(numbers(), id)) seen += one
      if (count % 1000 === 0) await hop()
    }
    if (seen !== 3 * times) throw new Error(`${seen} of ${3 * times}`)
  },
}

function* numbers() {
  yield 1
}

/** Many different invalid IDs: logs and counters are bounded by the reasons, not by the values. */
export const rejected: Shape = {
  name: 'invalid sessions, all different',
  times: 100_000,
  async run(times) {
    for (let count = 0; count < times; count++) {
      const inside = contextWithSession(ROOT_CONTEXT, `memory_é_${count}`)
      contextWithSession(inside, {
        sessionId: count as never,
        userId: `\n${count}`,
        tags: [`${count}`.repeat(200)],
      })
      if (count % 1000 === 0) await hop()
    }
  },
}
