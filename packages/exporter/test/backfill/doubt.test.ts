// Traces that name two sessions, of which one is not obvious.

import { context, type Span, trace } from '@opentelemetry/api'
import { hashSessionId } from '@otel-sessions/exporter/hash'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_1_conv_1'
const B = 'user_2_conv_2'
const TOO_LONG = 'x'.repeat(300)

type Pipeline = ReturnType<typeof startBackfilling>

function span(
  parent: Span,
  { tracer }: Pipeline,
  name: string,
  attributes: Record<string, string> = {},
): void {
  const made = below(parent, tracer, name)
  made.setAttributes(attributes)
  made.end()
}

async function exportedBeside(pipeline: Pipeline, others: (root: Span) => void) {
  const root = pipeline.tracer.startSpan('root')
  span(root, pipeline, 'http')
  others(root)
  root.end()
  await pipeline.provider.forceFlush()
  return pipeline.exported()
}

describe.each([['first'], ['last']] as const)(
  'a span without a session inherits none, our processor %s,',
  (ours) => {
    it('beside a session that was accepted over the one of a scope', async () => {
      const pipeline = startBackfilling({}, { ours, onOverwrite: 'accept' })
      const exported = await exportedBeside(pipeline, (root) => {
        context.with(trace.setSpan(context.active(), root), () =>
          usingSession(A, () => {
            const agent = pipeline.tracer.startSpan('agent')
            agent.setAttribute('session.id', B)
            agent.end()
            pipeline.tracer.startSpan('other').end()
          }),
        )
      })
      expect(exported).toMatchObject({ agent: B, other: A, http: undefined })
    })

    it('beside an ID that is replaced by its hash', async () => {
      const pipeline = startBackfilling({}, { ours, onInvalid: hashSessionId })
      const exported = await exportedBeside(pipeline, (root) => {
        span(root, pipeline, 'a', { 'session.id': A })
        span(root, pipeline, 'long', { 'session.id': TOO_LONG })
      })
      expect(exported).toMatchObject({ a: A, long: hashSessionId(TOO_LONG), http: undefined })
    })

    it('beside an invalid ID', async () => {
      const pipeline = startBackfilling({}, { ours })
      const exported = await exportedBeside(pipeline, (root) => {
        span(root, pipeline, 'a', { 'session.id': A })
        span(root, pipeline, 'long', { 'session.id': TOO_LONG })
      })
      expect(exported).toMatchObject({ a: A, long: undefined, http: undefined })
    })

    it('beside an invalid ID among the start attributes', async () => {
      const pipeline = startBackfilling({}, { ours })
      const exported = await exportedBeside(pipeline, (root) => {
        const at = trace.setSpan(context.active(), root)
        pipeline.tracer.startSpan('long', { attributes: { 'session.id': TOO_LONG } }, at).end()
        span(root, pipeline, 'a', { 'session.id': A })
      })
      expect(exported).toMatchObject({ a: A, long: undefined, http: undefined })
    })

    it('beside an invalid thread_id on a span that has the conversation of its scope', async () => {
      const pipeline = startBackfilling({}, { ours })
      const exported = await exportedBeside(pipeline, (root) => {
        span(root, pipeline, 'a', { 'session.id': A })
        usingSession({ conversationId: 'conv_1' }, () =>
          span(root, pipeline, 'long', { thread_id: TOO_LONG }),
        )
      })
      expect(exported).toMatchObject({ a: A, long: undefined, http: undefined })
    })

    it.each(['langfuse.session.id', 'thread_id'])('beside an invalid %s', async (key) => {
      const pipeline = startBackfilling({}, { ours })
      const exported = await exportedBeside(pipeline, (root) => {
        span(root, pipeline, 'a', { 'session.id': A })
        span(root, pipeline, 'long', { [key]: TOO_LONG })
        span(root, pipeline, 'json', { metadata: JSON.stringify({ thread_id: 'é' }) })
      })
      expect(exported).toMatchObject({ a: A, long: undefined, json: undefined, http: undefined })
    })

    it('beside an ID that another processor writes after ours', async () => {
      const late = {
        onStart: () => {},
        onEnding: (ending: Span & { name: string }) => {
          if (ending.name === 'b') ending.setAttribute('session.id', B)
        },
        onEnd: () => {},
        forceFlush: async () => {},
        shutdown: async () => {},
      }
      const pipeline = startBackfilling({}, { ours, more: [late as never] })
      const exported = await exportedBeside(pipeline, (root) => {
        span(root, pipeline, 'a', { 'session.id': A })
        span(root, pipeline, 'b')
      })
      expect(exported).toMatchObject({ a: A, b: B, http: undefined })
    })
  },
)

describe('without our processor', () => {
  it('a span whose own ID is too long for the exporter inherits none', async () => {
    const pipeline = startBackfilling({}, { ours: 'none', processor: 'batch', maxLength: 64 })
    const exported = await exportedBeside(pipeline, (root) => {
      span(root, pipeline, 'a', { 'session.id': A })
      span(root, pipeline, 'long', { thread_id: 'x'.repeat(80) })
    })
    expect(exported).toEqual({ http: undefined, a: A, long: undefined, root: undefined })
  })
})

describe('a root whose session is cleared', () => {
  it.each([[null], ['é']])('ends the wait of the other spans: %s', async (session) => {
    const pipeline = startBackfilling({})
    const { tracer, exported } = pipeline
    const root = tracer.startSpan('root')
    span(root, pipeline, 'http')
    const agent = below(root, tracer, 'agent')
    setSpanSession(root, session)
    agent.setAttribute('session.id', A)
    agent.end()
    span(root, pipeline, 'cleared')
    expect(exported()).toEqual({ agent: A, cleared: undefined })
    root.end()
    expect(exported()).toMatchObject({ agent: A, root: undefined, cleared: undefined })
    expect(pipeline.exporter.stats().waiting).toBe(0)
  })
})
