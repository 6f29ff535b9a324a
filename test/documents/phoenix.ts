import assert from 'node:assert/strict'
import { trace } from '@opentelemetry/api'
import { usingSession } from '@otel-sessions/processor'
import { adviseSessionId, checkSessionId, createSessionId } from '@otel-sessions/semconv'
import type { Document } from './row.ts'

const ID = 'user_123_conv_456'

export const phoenix: Document = {
  title: 'Phoenix, sessions in Python',
  rows: [
    {
      theirs: '`using_session(session_id)`',
      ours: '`usingSession(id, fn)`',
      shows({ tracer, span }) {
        usingSession(ID, () => tracer.startSpan('work').end())
        assert.equal(span('work').attributes['session.id'], ID)
      },
    },
    {
      theirs: 'all child spans inherit the session ID',
      ours: 'every span that the work causes, whichever instrumentation creates it',
      shows({ tracer, spans }) {
        usingSession(ID, () =>
          tracer.startActiveSpan('request', (request) => {
            tracer.startActiveSpan('chain', (chain) => {
              tracer.startSpan('model').end()
              chain.end()
            })
            request.end()
          }),
        )
        assert.deepEqual(
          spans().map(({ attributes }) => attributes['session.id']),
          [ID, ID, ID],
        )
      },
    },
    {
      theirs: '`get_current_span().set_attribute(SESSION_ID, …)`, its bad example: only the parent has it',
      ours: 'spans that start below it have it, too; `setSpanSession(span, id)` is better',
      shows({ tracer, span }) {
        tracer.startActiveSpan('parent', (parent) => {
          trace.getActiveSpan()?.setAttribute('session.id', ID)
          tracer.startSpan('child').end()
          parent.end()
        })
        assert.equal(span('child').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`using_attributes(user_id, session_id, metadata)`',
      ours: '`usingSession({ sessionId, userId, metadata }, fn)`',
      shows({ tracer, span }) {
        const metadata = { tier: 'premium', region: 'us-west' }
        usingSession({ sessionId: 'conv_456', userId: 'user_123', metadata }, () =>
          tracer.startSpan('work').end(),
        )
        assert.deepEqual(span('work').attributes, {
          'session.id': 'conv_456',
          'user.id': 'user_123',
          metadata: JSON.stringify(metadata),
        })
      },
    },
    {
      theirs: '`str(uuid.uuid4())`',
      ours: '`createSessionId()`, a UUID v7',
      shows() {
        assert.equal(checkSessionId(createSessionId()).ok, true)
      },
    },
    {
      theirs: 'good IDs: `user_123_conv_456`; bad ones: `session_1`, `test`, the empty string',
      ours: '`adviseSessionId(id)` says what is weak; an empty one is invalid',
      shows() {
        assert.deepEqual(adviseSessionId(ID), [])
        for (const bad of ['session_1', 'test']) assert.deepEqual(adviseSessionId(bad), ['generic'])
        assert.equal(checkSessionId('').ok, false)
      },
    },
    {
      theirs: 'a chat of several turns: the same ID around each',
      ours: 'the same; each turn is a trace',
      shows({ tracer, analytics }) {
        for (let turn = 0; turn < 3; turn++) usingSession(ID, () => tracer.startSpan('turn').end())
        assert.equal(analytics.stats(ID)?.traces, 3)
      },
    },
    {
      theirs: "LangChain's `thread_id`, `session_id`, `conversation_id`",
      ours: 'read as aliases, like their relatives: see [aliases](../reference/aliases.md)',
      shows({ tracer, span }) {
        for (const key of ['thread_id', 'session_id', 'conversation_id']) {
          tracer.startSpan(key, { attributes: { metadata: JSON.stringify({ [key]: ID }) } }).end()
          assert.equal(span(key).attributes['session.id'], ID)
        }
      },
    },
  ],
}
