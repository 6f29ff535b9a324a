// Work in a trace after its first span has ended: jobs that a request queued, each of another session.

import type { Span, Tracer } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_1_conv_1'
const B = 'user_2_conv_2'

function named(parent: Span, tracer: Tracer, name: string, id: string): void {
  const span = below(parent, tracer, name)
  span.setAttribute('session.id', id)
  span.end()
}

const SETUPS = (['simple', 'batch'] as const).flatMap((processor) =>
  [{}, { maxSpans: 1 }].map((option) => ({ processor, option })),
)

describe('a job that continues after its request', () => {
  it('has its own spans backfilled', async () => {
    const { tracer, provider, exported } = startBackfilling({})
    const root = tracer.startSpan('root')
    const agent = below(root, tracer, 'agent')
    root.end()
    const step = below(agent, tracer, 'step')
    below(step, tracer, 'fetch').end()
    step.setAttribute('session.id', A)
    step.end()
    agent.end()
    await provider.forceFlush()
    expect(exported()).toEqual({ root: A, agent: A, step: A, fetch: A })
  })
})

describe.each(SETUPS)(
  'jobs after their request, with a $processor processor and $option,',
  ({ processor, option }) => {
    it('one after the other: a span that starts after all have ended inherits nothing of them', async () => {
      const { tracer, provider, exported } = startBackfilling(option, { processor })
      const root = tracer.startSpan('root')
      root.end()
      named(root, tracer, 'agent A', A)
      below(root, tracer, 'GET B').end()
      named(root, tracer, 'agent B', B)
      await provider.forceFlush()
      expect(exported()).toMatchObject({ 'agent A': A, 'GET B': undefined, 'agent B': B })
    })

    it('at the same time: none inherits the session of the first one that has one', async () => {
      const { tracer, provider, exported } = startBackfilling(option, { processor })
      const root = tracer.startSpan('root')
      const [first, second] = [below(root, tracer, 'agent A'), below(root, tracer, 'agent B')]
      root.end()
      first.setAttribute('session.id', A)
      first.end()
      below(root, tracer, 'POST B').end()
      below(root, tracer, 'GET B').end()
      await provider.forceFlush()
      second.setAttribute('session.id', B)
      second.end()
      await provider.forceFlush()
      expect(exported()).toMatchObject({
        'POST B': undefined,
        'GET B': undefined,
        'agent A': A,
        'agent B': B,
      })
    })
  },
)
