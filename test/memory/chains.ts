import { type Context, context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { tracer } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

const LENGTH = 200_000

/** One hop in this many is a turn of the event loop; the others are microtasks, to save time. */
const pause = (count: number) => (count % 100 === 0 ? hop() : Promise.resolve())

/** Fire and forget: each span starts the next one in its own context after a hop. Returns the newest context. */
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

/** The newest span and its context stay alive; earlier ones must not. */
export const chains: readonly Shape[] = [
  {
    name: 'chained spans without a session, the parent ends before its child starts',
    times: LENGTH,
    run: (times) => chain(times, ROOT_CONTEXT, 'before'),
  },
  {
    name: 'chained spans without a session, the parent ends after its child started',
    times: LENGTH,
    run: (times) => chain(times, ROOT_CONTEXT, 'after'),
  },
  {
    name: 'spans with a scope chained',
    times: LENGTH,
    run: (times) => usingSession('memory_chain_session', () => chain(times, context.active(), 'after')),
  },
  {
    name: 'chained spans, each with its own session (setSpanSession)',
    times: LENGTH,
    run: (times) => {
      let count = 0
      return chain(times, ROOT_CONTEXT, 'after', (span) => setSpanSession(span, `memory_own_${count++}`))
    },
  },
  {
    name: 'chained spans, each with an alias among its start attributes',
    times: LENGTH,
    run: (times) => {
      let count = 0
      return chain(times, ROOT_CONTEXT, 'after', (span) =>
        span.setAttribute('thread_id', `memory_${count++}`),
      )
    },
  },
]
