import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { usingSession } from '@otel-sessions/processor'
import { tracer } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

/** Spans that never end, with a session, or without one and with children: they are collected when unreferenced. */
export const endless: Shape = {
  name: 'spans that never end',
  times: 100_000,
  async run(times) {
    for (let count = 0; count < times; count++) {
      if (count % 2 === 0) usingSession(`memory_endless_${count}`, () => tracer.startSpan('explicit'))
      else bareFamily()
      if (count % 1000 === 0) await hop()
    }
  },
}

function bareFamily() {
  const parent = tracer.startSpan('parent', undefined, ROOT_CONTEXT)
  tracer.startSpan('child', undefined, trace.setSpan(ROOT_CONTEXT, parent))
}

/** One root that stays open for ever and has many children: it may take their session, but must not retain them. */
export const manyChildren: Shape = {
  name: 'one root without a session that never ends, and its many children',
  times: 100_000,
  async run(times) {
    const root = tracer.startSpan('root', undefined, ROOT_CONTEXT)
    const inside = trace.setSpan(ROOT_CONTEXT, root)
    for (let count = 0; count < times; count++) {
      const child = tracer.startSpan('child', undefined, inside)
      child.setAttribute('thread_id', `memory_child_${count}`)
      child.end()
      if (count % 1000 === 0) await hop()
    }
    return root
  },
}
