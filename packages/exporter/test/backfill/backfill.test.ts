import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { langsmith } from '@otel-sessions/exporter/backends'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { agentTurn, below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_1_conv_1'
const B = 'user_2_conv_2'

describe('a span that nobody names', () => {
  it.each([['simple' as const], ['batch' as const]])(
    'gets the session that its trace tells later, with a %s processor',
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

  it('gets none when its trace tells none', async () => {
    const { tracer, provider, exported, exporter } = startBackfilling({})
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    root.end()
    await provider.forceFlush()
    expect(exported()).toEqual({ fetch: undefined, root: undefined })
    expect(exporter.stats()).toMatchObject({ spans: 2, backfilled: 0, notBackfilled: {} })
  })

  it('gets it from children that end after the span that began the trace', async () => {
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

  it('gets the session that is stated on the span that began the trace', async () => {
    const { tracer, exported } = startBackfilling({})
    const root = tracer.startSpan('root')
    below(root, tracer, 'fetch').end()
    setSpanSession(root, A)
    tracer.startSpan('other').end()
    expect(exported()).toEqual({ other: undefined })
    root.end()
    expect(exported()).toEqual({ other: undefined, fetch: A, root: A })
  })

  it('gets none that is a placeholder', async () => {
    const { tracer, exported } = startBackfilling({})
    agentTurn(tracer, 'undefined')
    expect(exported()).toMatchObject({ fetch: undefined, agent: 'undefined' })
  })
})

describe('a span whose session is in doubt', () => {
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
        // The job is exported as it goes, which must not make the first session the whole job's.
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

  it('stays without one below a statement that there is none', async () => {
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

  it('stays without one when it has said an ID that is none', async () => {
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

describe('a span that got the session of its trace', () => {
  it('has the keys of the backends, too', async () => {
    const { tracer, provider, arrived } = startBackfilling({}, { backends: [langsmith] })
    agentTurn(tracer, A)
    await provider.forceFlush()
    const ids = arrived.map(({ attributes }) => attributes['langsmith.metadata.session_id'])
    expect(ids).toEqual([A, A, A, A])
  })
})
