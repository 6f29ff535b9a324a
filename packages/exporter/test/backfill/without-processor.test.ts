import { afterEach, describe, expect, it } from 'vitest'
import { agentTurn, below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_1_conv_1'
const B = 'user_2_conv_2'

describe('without our processor, a span without a session', () => {
  it('inherits the session of its trace if the root is in the same batch', async () => {
    const { tracer, provider, exported, exporter } = startBackfilling(
      {},
      { processor: 'batch', ours: 'none' },
    )
    agentTurn(tracer, A)
    await provider.forceFlush()
    expect(exported()).toEqual({ fetch: A, query: A, agent: A, 'POST /chat': A })
    expect(exporter.stats()).toMatchObject({ backfilled: 3, waiting: 0 })
  })

  it('inherits it in a later batch than the root', async () => {
    const { tracer, exported } = startBackfilling({}, { ours: 'none' })
    const root = tracer.startSpan('root')
    const late = below(root, tracer, 'late')
    root.setAttribute('thread_id', A)
    root.end()
    late.end()
    expect(exported()).toEqual({ root: A, late: A })
  })

  it('gets none before the root is exported, and does not wait: nothing knows which spans are open', async () => {
    const { tracer, exported, exporter } = startBackfilling({}, { ours: 'none' })
    agentTurn(tracer, A)
    expect(exported()).toEqual({ fetch: undefined, query: undefined, agent: A, 'POST /chat': A })
    expect(exporter.stats()).toMatchObject({ waiting: 0, notBackfilled: {} })
  })

  it('gets none if its trace names several', async () => {
    const { tracer, provider, exported } = startBackfilling({}, { processor: 'batch', ours: 'none' })
    const root = tracer.startSpan('root')
    for (const id of [A, B]) {
      const named = below(root, tracer, id)
      named.setAttribute('session.id', id)
      named.end()
    }
    below(root, tracer, 'fetch').end()
    root.end()
    await provider.forceFlush()
    expect(exported()).toEqual({ [A]: A, [B]: B, fetch: undefined, root: undefined })
  })

  it.each([
    ['inherits it if 4,096 other traces came after its trace', 4_096, A],
    ['gets none if its trace was long ago', 2 * 4_096, undefined],
  ])('%s', async (_, others, session) => {
    const { tracer, exported } = startBackfilling({}, { ours: 'none' })
    const root = tracer.startSpan('root')
    const late = below(root, tracer, 'late')
    root.setAttribute('session.id', A)
    root.end()
    for (let count = 0; count < others; count++) tracer.startSpan('other').end()
    late.end()
    expect(exported()).toMatchObject({ root: A, late: session })
  })
})
