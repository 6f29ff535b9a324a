import assert from 'node:assert/strict'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import type { Document } from './row.ts'

const ID = 'session-id'

export const maxim: Document = {
  title: 'Maxim, sessions',
  rows: [
    {
      theirs: '`logger.session({ id, name })`',
      ours: '`startSession({ sessionId, name })`',
      shows({ span }) {
        startSession({ sessionId: ID, name: 'session-name' })
        assert.equal(span('session.start').attributes['session.name'], 'session-name')
      },
    },
    {
      theirs: '`session.trace({ id, name })`, `addTrace`',
      ours: '`session.trace(name, fn)`; the trace ID is OpenTelemetry’s',
      shows({ span, spans }) {
        const session = startSession({ sessionId: ID })
        session.trace('first', () => session.trace('second', () => {}))
        const ids = new Set(spans().map((one) => one.spanContext().traceId))
        assert.equal(ids.size, 3)
        assert.equal(span('second').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`logger.trace({ id, name, sessionId })`',
      ours: '`resumeSession(sessionId).trace(name, fn)`',
      shows({ span }) {
        resumeSession(ID).trace('trace-name', () => {})
        assert.equal(span('trace-name').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`session.end()`',
      ours: '`session.end()`',
      shows({ span }) {
        startSession({ sessionId: ID }).end()
        assert.equal(span('session.end').attributes['session.id'], ID)
      },
    },
    {
      theirs: 'which triggers the evaluations of the session',
      ours: '`analytics.onSessionEnd((totals) => evaluate(totals))`',
      async shows({ analytics, provider }) {
        const ended: string[] = []
        analytics.onSessionEnd(({ id }) => void ended.push(id))
        startSession({ sessionId: ID }).end()
        await provider.forceFlush()
        assert.deepEqual(ended, [ID])
      },
    },
  ],
}
