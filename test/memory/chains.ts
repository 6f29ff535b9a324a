import { type Context, context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { tracer } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

const LENGTH = 200_000

/** Only every so many a turn of the event loop: the others are microtasks, for the sake of time. */
const pause = (count: number) => (count % 100 === 0 ? hop() : Promise.resolve())

/** Fire and forget: each span starts the next one in its own context after a hop. Gives the newest context. */
async function chain(
  times: number,
  first: Context,
  parentEnds: 'before' | 'after',
  mark?: (span: Span) => void,
) {
  let inside = first
  let parent: Span | undefined
  for (let count = 0; count < times; count++) {
    if (parentEnds === 'before') parent?.end()
    const span = context.with(inside, () => tracer.startSpan('step'))
    mark?.(span)
    if (parentEnds === 'after') parent?.end()
    inside = trace.setSpan(inside, span)
    parent = span
    await pause(count)
  }
  return { inside, parent }
}

/** The newest span and its context stay alive; nothing of those before may. */
export const chains: readonly Shape[] = [
  {
    name: 'bare spans chained, the parent ends before its child starts',
    times: LENGTH,
    run: (times) => chain(times, ROOT_CONTEXT, 'before'),
  },
  {
    name: 'bare spans chained, the parent ends after its child started',
    times: LENGTH,
    run: (times) => chain(times, ROOT_CONTEXT, 'after'),
  },
  {
    name: 'spans with a scope chained',
    times: LENGTH,
    run: (times) => usingSession('memory_chain_session', () => chain(times, context.active(), 'after')),
  },
  {
    name: 'spans chained, each with a session of its own (setSpanSession)',
    times: LENGTH,
    run: (times) => {
      let count = 0
      return chain(times, ROOT_CONTEXT, 'after', (span) => setSpanSession(span, `memory_own_${count++}`))
    },
  },
  {
    name: 'spans chained, each started with an alias',
    times: LENGTH,
    run: (times) => {
      let count = 0
      return chain(times, ROOT_CONTEXT, 'after', (span) =>
        span.setAttribute('thread_id', `memory_${count++}`),
      )
    },
  },
]
