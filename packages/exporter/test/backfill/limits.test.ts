// Limits of the SDK drop or truncate the user and the conversation that the processor writes. Backfill gives on what was
// set, and takes a truncated value for no other one.

import { type Attributes, context, trace } from '@opentelemetry/api'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const FULL = {
  sessionId: 'user_a_conv',
  userId: 'alice_1',
  conversationId: 'conv_77',
  metadata: { plan: 'pro' },
  tags: ['beta', 'a long tag'],
}
const STAMPED = {
  'session.id': 'user_a_conv',
  'user.id': 'alice_1',
  'gen_ai.conversation.id': 'conv_77',
  metadata: '{"plan":"pro"}',
  'tag.tags': ['beta', 'a long tag'],
}

const LIMITS = [
  { attributeValueLengthLimit: 5 },
  { attributeValueLengthLimit: 1 },
  { attributeCountLimit: 1 },
  { attributeCountLimit: 2, attributeValueLengthLimit: 3 },
]

describe.each(LIMITS)('with the limits %o', (spanLimits) => {
  describe.each([[true], [false]])('and onEnding %s,', (hasOnEnding) => {
    const start = () => {
      const pipeline = startBackfilling({}, { spanLimits, hasOnEnding })
      const { tracer, provider, arrived } = pipeline
      const span = (name: string, attributes: Attributes = {}) => tracer.startSpan(name, { attributes }).end()
      return {
        tracer,
        span,
        /** Runs a function below a root without a session. @returns what each span was exported with */
        below: async (run: () => void) => {
          const root = tracer.startSpan('root')
          context.with(trace.setSpan(context.active(), root), run)
          root.end()
          await provider.forceFlush()
          return Object.fromEntries(arrived.map(({ name, attributes }) => [name, attributes]))
        },
      }
    }

    it('spans beside a scope and the root above it have all that the scope sets', async () => {
      const { span, below } = start()
      const exported = await below(() => {
        span('before')
        usingSession(FULL, () => span('inside', { a: 1 }))
        span('after')
      })
      expect(exported).toEqual({
        root: STAMPED,
        before: STAMPED,
        inside: { a: 1, ...STAMPED },
        after: STAMPED,
      })
    })

    it('spans beside one that setSpanSession changed have it too', async () => {
      const { tracer, span, below } = start()
      const exported = await below(() => {
        const agent = tracer.startSpan('agent')
        setSpanSession(agent, FULL)
        span('http')
        agent.end()
      })
      expect(exported).toEqual({ root: STAMPED, agent: STAMPED, http: STAMPED })
    })

    it('spans beside a scope that adds a user to a session have it too', async () => {
      const { span, below } = start()
      const { sessionId, ...fields } = FULL
      const exported = await below(() => {
        span('http')
        usingSession(sessionId, () => usingSession(fields, () => span('inside')))
      })
      expect(exported['http']).toEqual(STAMPED)
      expect(exported['root']).toEqual(STAMPED)
    })
  })
})

describe('with a limit of the length of values', () => {
  it('a span that names the user under another key too is of one user', async () => {
    const { tracer, provider, arrived } = startBackfilling(
      {},
      { spanLimits: { attributeValueLengthLimit: 5 } },
    )
    tracer.startActiveSpan('root', (root) => {
      tracer.startSpan('http').end()
      usingSession(FULL, () => tracer.startSpan('agent', { attributes: { 'enduser.id': 'alice_1' } }).end())
      root.end()
    })
    await provider.forceFlush()
    const users = Object.fromEntries(arrived.map(({ name, attributes }) => [name, attributes['user.id']]))
    expect(users).toEqual({ root: 'alice_1', http: 'alice_1', agent: 'alice_1' })
  })
})
