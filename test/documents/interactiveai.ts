import assert from 'node:assert/strict'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { setSpanSession, usingSession } from '@otel-sessions/processor'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import { checkSessionId } from '@otel-sessions/semconv'
import type { Document, Row } from './row.ts'
import type { World } from './world.ts'

const ID = 'ticket-2611'

export const interactiveai: Document = {
  title: 'InteractiveAI, sessions',
  rows: [
    {
      theirs: 'any US-ASCII string of less than 200 characters; a longer one is dropped',
      ours: '`checkSessionId`, the same on every path',
      shows({ tracer, span }) {
        assert.equal(checkSessionId('x'.repeat(199)).ok, true)
        tracer.startSpan('long', { attributes: { 'session.id': 'x'.repeat(200) } }).end()
        assert.equal(span('long').attributes['session.id'], undefined)
      },
    },
    {
      theirs: 'there is no "create session" call',
      ours: 'nor here: a session exists once a span has its ID; `startSession` only adds to it',
      shows({ tracer, analytics }) {
        usingSession(ID, () => tracer.startSpan('first').end())
        assert.equal(analytics.stats(ID)?.traces, 1)
      },
    },
    {
      theirs: '`start_as_current_observation(name)`, `@observe()`',
      ours: '`session.trace(name, fn)`',
      shows({ span }) {
        assert.equal(
          resumeSession(ID).trace('support-inquiry', () => 'answer'),
          'answer',
        )
        assert.equal(span('support-inquiry').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`update_trace(session_id, user_id, tags, input)`',
      ours: '`startSession({ sessionId, userId, tags })`; the input is an attribute of yours',
      shows({ span }) {
        const session = startSession({ sessionId: ID, userId: 'user-a', tags: ['support', 'shipping'] })
        session.trace('support-inquiry', (root) => root.setAttribute('input.value', 'Where is it?'))
        const { attributes } = span('support-inquiry')
        assert.equal(attributes['user.id'], 'user-a')
        assert.deepEqual(attributes['tag.tags'], ['support', 'shipping'])
        assert.equal(attributes['input.value'], 'Where is it?')
      },
    },
    {
      theirs: '`update_current_trace(session_id, user_id, tags)`',
      ours: '`setSpanSession(trace.getActiveSpan(), { sessionId, userId, tags })`',
      shows({ tracer, span }) {
        tracer.startActiveSpan('handle', (handle) => {
          setSpanSession(trace.getActiveSpan(), { sessionId: ID, userId: 'user-a', tags: ['support'] })
          tracer.startSpan('generate').end()
          handle.end()
        })
        for (const name of ['handle', 'generate']) {
          assert.equal(span(name).attributes['session.id'], ID)
          assert.equal(span(name).attributes['user.id'], 'user-a')
        }
      },
    },
    {
      theirs: '`propagate_attributes(session_id, user_id)`',
      ours: '`usingSession({ sessionId, userId }, fn)`',
      shows({ tracer, span }) {
        usingSession({ sessionId: ID, userId: 'user-a' }, () => tracer.startSpan('nested').end())
        assert.equal(span('nested').attributes['user.id'], 'user-a')
      },
    },
    {
      theirs: '`flush()`',
      ours: '`provider.forceFlush()`',
      async shows({ provider, span }) {
        resumeSession(ID).event('asked')
        await provider.forceFlush()
        assert.equal(span('session.event').attributes['session.id'], ID)
      },
    },
    {
      theirs: 'annotate outcomes, session-level scores',
      ours: '`session.feedback({ score, label, comment })`, `session.end({ state })`',
      shows({ analytics }) {
        const session = startSession({ sessionId: ID })
        session.feedback({ score: 0.5 })
        session.feedback({ score: 1, label: 'solved' })
        session.end({ state: 'success' })
        assert.equal(analytics.stats(ID)?.feedback.names[0]?.mean, 0.75)
        assert.equal(analytics.stats(ID)?.end?.state, 'success')
      },
    },
    { theirs: 'translating content', ours: "not ours: a viewer's", shows: 'not ours' },
    property('Id', '`stats(id).id`', ({ id }) => assert.equal(id, ID)),
    property('Created At', '`firstTime`', ({ firstTime }) => assert.equal(firstTime, 1_000)),
    property('Duration', '`durationMillis`', ({ durationMillis }) => assert.equal(durationMillis, 4_000)),
    property('Environment', '`environments`', ({ environments }) =>
      assert.deepEqual(environments, ['production']),
    ),
    property('User IDs', '`userIds`', ({ userIds }) => assert.deepEqual(userIds, ['user-a'])),
    property('Traces', '`traces`', ({ traces }) => assert.equal(traces, 2)),
    property('Input/Output Cost', '`cost.input`, `cost.output`', ({ cost }) =>
      assert.deepEqual([cost?.input, cost?.output], [0.0005, 0.002]),
    ),
    property('Total Cost', '`cost.total`', ({ cost }) => assert.equal(cost?.total, 0.0025)),
    property('Input/Output tokens', '`tokens.input`, `tokens.output`', ({ tokens }) =>
      assert.deepEqual([tokens.input, tokens.output], [2000, 1000]),
    ),
    property('Total Tokens', '`tokens.total`', ({ tokens }) => assert.equal(tokens.total, 3000)),
    property('Usage (by model)', '`models`', ({ models }) =>
      assert.deepEqual(
        models.map(({ model, tokens }) => [model, tokens.total]),
        [['gpt-5-mini', 3000]],
      ),
    ),
    property('Trace Tags', '`tags`', ({ tags }) => assert.deepEqual(tags, ['shipping', 'support'])),
  ],
}

type Totals = NonNullable<ReturnType<World['analytics']['stats']>>

/** A property of the guide's table, read from the totals of its example case. */
function property(theirs: string, ours: string, check: (totals: Totals) => void): Row {
  return {
    theirs,
    ours,
    shows(world) {
      support(world)
      const totals = world.analytics.stats(ID)
      assert.ok(totals)
      check(totals)
    },
  }
}

/** The guide's example case: two turns of two seconds each, which start 1 s and 3 s after the epoch. */
function support({ tracer }: World): void {
  for (const [index, tag] of ['support', 'shipping'].entries()) {
    usingSession({ sessionId: ID, userId: 'user-a', tags: [tag] }, () =>
      tracer.startActiveSpan('turn', { startTime: new Date(1_000 + index * 2_000) }, (turn) => {
        const attributes = {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': 'gpt-5-mini',
          'gen_ai.usage.input_tokens': 1000,
          'gen_ai.usage.output_tokens': 500,
        }
        const at = new Date(1_500 + index * 2_000)
        tracer.startSpan('chat', { attributes, startTime: at }).end(at)
        turn.setStatus({ code: SpanStatusCode.OK })
        turn.end(new Date(3_000 + index * 2_000))
      }),
    )
  }
}
