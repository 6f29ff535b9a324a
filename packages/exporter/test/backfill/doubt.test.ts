// A trace that names two sessions, of which one is hard to see.

import { context, type Span, trace } from '@opentelemetry/api'
import { hashSessionId } from '@otel-sessions/exporter/hash'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_1_conv_1'
const B = 'user_2_conv_2'
const TOO_LONG = 'x'.repeat(300)

type Filling = ReturnType<typeof startBackfilling>

function span(
  parent: Span,
  { tracer }: Filling,
  name: string,
  attributes: Record<string, string> = {},
): void {
  const made = below(parent, tracer, name)
  made.setAttributes(attributes)
  made.end()
}

async function exportedBeside(filling: Filling, others: (root: Span) => void) {
  const root = filling.tracer.startSpan('root')
  span(root, filling, 'http')
  others(root)
  root.end()
  await filling.provider.forceFlush()
  return filling.exported()
}

describe.each([['first'], ['last']] as const)('a span that nobody names gets nothing, ours %s,', (ours) => {
  it('beside a session that was written over the one of a scope, and left', async () => {
    const filling = startBackfilling({}, { ours, onOverwrite: 'accept' })
    const exported = await exportedBeside(filling, (root) => {
      context.with(trace.setSpan(context.active(), root), () =>
        usingSession(A, () => {
          const agent = filling.tracer.startSpan('agent')
          agent.setAttribute('session.id', B)
          agent.end()
          filling.tracer.startSpan('other').end()
        }),
      )
    })
    expect(exported).toMatchObject({ agent: B, other: A, http: undefined })
  })

  it('beside an ID that is replaced by its hash', async () => {
    const filling = startBackfilling({}, { ours, onInvalid: hashSessionId })
    const exported = await exportedBeside(filling, (root) => {
      span(root, filling, 'a', { 'session.id': A })
      span(root, filling, 'long', { 'session.id': TOO_LONG })
    })
    expect(exported).toMatchObject({ a: A, long: hashSessionId(TOO_LONG), http: undefined })
  })

  it('beside an ID that is refused', async () => {
    const filling = startBackfilling({}, { ours })
    const exported = await exportedBeside(filling, (root) => {
      span(root, filling, 'a', { 'session.id': A })
      span(root, filling, 'long', { 'session.id': TOO_LONG })
    })
    expect(exported).toMatchObject({ a: A, long: undefined, http: undefined })
  })

  it('beside an ID that a span is started with, and that is refused', async () => {
    const filling = startBackfilling({}, { ours })
    const exported = await exportedBeside(filling, (root) => {
      const at = trace.setSpan(context.active(), root)
      filling.tracer.startSpan('long', { attributes: { 'session.id': TOO_LONG } }, at).end()
      span(root, filling, 'a', { 'session.id': A })
    })
    expect(exported).toMatchObject({ a: A, long: undefined, http: undefined })
  })

  it.each(['langfuse.session.id', 'thread_id'])('beside a %s that is refused', async (key) => {
    const filling = startBackfilling({}, { ours })
    const exported = await exportedBeside(filling, (root) => {
      span(root, filling, 'a', { 'session.id': A })
      span(root, filling, 'long', { [key]: TOO_LONG })
      span(root, filling, 'json', { metadata: JSON.stringify({ thread_id: 'é' }) })
    })
    expect(exported).toMatchObject({ a: A, long: undefined, json: undefined, http: undefined })
  })

  it('beside an ID that another processor writes when ours is done', async () => {
    const late = {
      onStart: () => {},
      onEnding: (ending: Span & { name: string }) => {
        if (ending.name === 'b') ending.setAttribute('session.id', B)
      },
      onEnd: () => {},
      forceFlush: async () => {},
      shutdown: async () => {},
    }
    const filling = startBackfilling({}, { ours, more: [late as never] })
    const exported = await exportedBeside(filling, (root) => {
      span(root, filling, 'a', { 'session.id': A })
      span(root, filling, 'b')
    })
    expect(exported).toMatchObject({ a: A, b: B, http: undefined })
  })
})

describe('without our processor', () => {
  it('a span whose own ID is too long for this exporter gets nobody else’s', async () => {
    const filling = startBackfilling({}, { ours: 'none', processor: 'batch', maxLength: 64 })
    const exported = await exportedBeside(filling, (root) => {
      span(root, filling, 'a', { 'session.id': A })
      span(root, filling, 'long', { thread_id: 'x'.repeat(80) })
    })
    expect(exported).toEqual({ http: undefined, a: A, long: undefined, root: undefined })
  })
})

describe('a root that states that there is no session', () => {
  it.each([[null], ['é']])('lets the others go when it ends: %s', async (session) => {
    const filling = startBackfilling({})
    const { tracer, exported } = filling
    const root = tracer.startSpan('root')
    span(root, filling, 'http')
    const agent = below(root, tracer, 'agent')
    setSpanSession(root, session)
    agent.setAttribute('session.id', A)
    agent.end()
    span(root, filling, 'absent')
    expect(exported()).toEqual({ agent: A, absent: undefined })
    root.end()
    expect(exported()).toMatchObject({ agent: A, root: undefined, absent: undefined })
    expect(filling.exporter.stats().waiting).toBe(0)
  })
})
