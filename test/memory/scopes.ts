import { context, trace } from '@opentelemetry/api'
import { usingSession } from '@otel-sessions/processor'
import { tracer } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

/** A poll loop that enters the next scope from within the last one, for ever. Returns the innermost context. */
export const scopesInScopes: Shape = {
  name: 'scopes entered from within scopes, a poll loop',
  times: 200_000,
  async run(times) {
    let inside = context.active()
    for (let count = 0; count < times; count++) {
      inside = context.with(inside, () => usingSession(sessionOf(count), spanThenContext))
      if (count % 100 === 0) await hop()
    }
    return inside
  },
}

/** A poll loop by real recursion: each scope schedules the next one and returns. */
export const scopesThatSchedule: Shape = {
  name: 'scopes that schedule the next scope, a poll loop of callbacks',
  times: 100_000,
  run: (times) =>
    new Promise((resolve) => {
      const poll = (count: number): void => {
        if (count === times) resolve(context.active())
        else next(count)
      }
      const next = (count: number) =>
        usingSession(sessionOf(count), () => {
          spanThenContext()
          setImmediate(poll, count + 1)
        })
      poll(0)
    }),
}

const sessionOf = (count: number) =>
  count % 3 === 0 ? { userId: `user_${count % 7}`, tags: ['poll'] } : `memory_poll_${count}`

/** With the span active, so that the next scope is entered below it. */
function spanThenContext() {
  const span = tracer.startSpan('poll')
  span.end()
  return trace.setSpan(context.active(), span)
}
