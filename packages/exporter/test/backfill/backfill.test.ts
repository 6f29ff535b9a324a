import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { langsmith } from '@otel-sessions/exporter/backends'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { agentTurn, below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_1_conv_1'
const B = 'user_2_conv_2'

describe('a span without a session', () => {
  it.each([['simple' as const], ['batch' as const]])(
    'inherits the session that its trace gets later, with a %s processor',
    async (processor) => {
      const { tracer, provider, exported, exporter } = startBackfilling({}, { processor })
      agentTurn(tracer, A)
      await provider.forceFlush()
      expect(exported()).toEqual({ fetch: A, query: A, agent: A, 'POST /chat': A })
      expect(exporter.stats()).toMatchObject({ spans: 4, backfilled: 2, waiting: 0, notBackfilled: {} })
    },
  )

  it('gets none without the option', async () => {
    const { tracer, provider, exported, exporter } = startBackfilling(undefined, { processor: 'batch' })
    agentTurn(tracer, A)
    await provider.forceFlush()
    expect(exported()).toMatchObject({ fetch: undefined, query: undefined })
    expect(exporter.stats()).toMatchObject({ backfilled: 0, waiting: 0 })
  })

  it('gets none from another trace', async () => {
    const { tracer, provider, exported } = startBackfilling({})
    agentTurn(tracer, A, '1 ')
    tracer.startSpan('alone').end()
    agentTurn(tracer, B, '2 ')
    await provider.forceFlush()
    expect(exported()).toMatchObject({ '1 fetch': A, '2 fetch': B, alone: undefined })
  })

  it('gets none if its trace has none', async () => {
    const { tracer, provider, exported, exporter } = startBackfilling({})
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    root.end()
    await provider.forceFlush()
    expect(exported()).toEqual({ fetch: undefined, root: undefined })
    expect(exporter.stats()).toMatchObject({ spans: 2, backfilled: 0, notBackfilled: {} })
  })

  it('inherits it from children that end after the first span of the trace', async () => {
    const { tracer, provider, exported } = startBackfilling({})
    const root = tracer.startSpan('root')
    const late = below(root, tracer, 'late')
    below(root, tracer, 'fetch').end()
    root.end()
    expect(exported()).toEqual({})
    late.setAttribute('session.id', A)
    late.end()
    expect(exported()).toEqual({ late: A, fetch: A, root: A })
    await provider.shutdown()
  })

  it('inherits a session that is set on the first span of the trace', async () => {
    const { tracer, exported } = startBackfilling({})
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    setSpanSession(root, A)
    tracer.startSpan('other').end()
    expect(exported()).toEqual({ other: undefined })
    root.end()
    expect(exported()).toEqual({ other: undefined, fetch: A, root: A })
  })

  it('does not inherit a placeholder', async () => {
    const { tracer, exported } = startBackfilling({})
    agentTurn(tracer, 'undefined')
    expect(exported()).toMatchObject({ fetch: undefined, agent: 'undefined' })
  })
})

describe('a span whose session is uncertain', () => {
  it.each([['simple' as const], ['batch' as const]])(
    'gets none in a batch job over many sessions, with a %s processor',
    async (processor) => {
      const { tracer, provider, exported, exporter } = startBackfilling({}, { processor })
      const job = tracer.startSpan('job')
      below(job, tracer, 'read list').end()
      for (const id of [A, B, 'user_3_conv_3']) {
        const item = below(job, tracer, `item ${id}`)
        below(job, tracer, `beside ${id}`).end()
        below(item, tracer, `below ${id}`).end()
        item.setAttribute('session.id', id)
        item.end()
        // Each part of the job is exported early. The first session must not become that of the whole job.
        await provider.forceFlush()
      }
      job.end()
      await provider.forceFlush()
      const named = Object.entries(exported()).filter(([, id]) => id !== undefined)
      expect(named.map(([name, id]) => [name, id])).toEqual([
        [`item ${A}`, A],
        [`item ${B}`, B],
        ['item user_3_conv_3', 'user_3_conv_3'],
      ])
      expect(exporter.stats()).toMatchObject({ spans: 11, backfilled: 0, waiting: 0 })
    },
  )

  it('gets none if its session is cleared', async () => {
    const { tracer, provider, exported } = startBackfilling({})
    const root = tracer.startSpan('root')
    context.with(trace.setSpan(ROOT_CONTEXT, root), () => {
      usingSession(null, () => tracer.startSpan('anonymous').end())
      tracer.startSpan('agent', { attributes: { thread_id: A } }).end()
    })
    root.end()
    await provider.forceFlush()
    expect(exported()).toEqual({ anonymous: undefined, agent: A, root: A })
  })

  it('gets none if it has an invalid ID of its own', async () => {
    const { tracer, provider, exported, exporter } = startBackfilling({})
    const root = tracer.startSpan('root')
    const invalid = below(root, tracer, 'invalid')
    invalid.setAttribute('session.id', 'x'.repeat(200))
    invalid.end()
    const named = below(root, tracer, 'named')
    named.setAttribute('session.id', A)
    named.end()
    root.end()
    await provider.forceFlush()
    expect(exported()).toEqual({ invalid: undefined, named: A, root: A })
    expect(exporter.stats().dropped).toEqual({ 'too-long': 1 })
  })
})

describe('a span that inherited the session of its trace', () => {
  it('has the keys of the backends, too', async () => {
    const { tracer, provider, arrived } = startBackfilling({}, { backends: [langsmith] })
    agentTurn(tracer, A)
    await provider.forceFlush()
    const ids = arrived.map(({ attributes }) => attributes['langsmith.metadata.session_id'])
    expect(ids).toEqual([A, A, A, A])
  })
})
