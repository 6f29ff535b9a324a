import assert from 'node:assert/strict'
import { SpanStatusCode } from '@opentelemetry/api'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import { checkSessionId } from '@otel-sessions/semconv'
import type { Document } from './row.ts'
import { startWorld, type World } from './world.ts'

const ID = 'run_2026_11_21'

const totalsOf = ({ analytics }: World) => analytics.stats(ID) ?? assert.fail('the session has no totals')

export const agentops: Document = {
  title: 'AgentOps, sessions',
  rows: [
    {
      theirs: 'ID, `session.session_id`',
      ours: '`session.id`; without one, a UUID v7',
      shows() {
        assert.equal(startSession({ sessionId: ID }).id, ID)
        assert.equal(checkSessionId(startSession().id).ok, true)
      },
    },
    {
      theirs: 'Project ID',
      ours: '`service.name` of the resource, or what your backend reads',
      shows({ span }) {
        startSession({ sessionId: ID })
        assert.equal(span('session.start').resource.attributes['service.name'], 'shop')
      },
    },
    {
      theirs: 'Starting Timestamp',
      ours: '`startSession({ startTime })`, `stats(id).firstTime`',
      shows(world) {
        startSession({ sessionId: ID, startTime: new Date(1_000) })
        assert.equal(totalsOf(world).firstTime, 1_000)
      },
    },
    {
      theirs: 'Ending Timestamp',
      ours: '`session.end({ time })`, `stats(id).end.time`',
      shows(world) {
        startSession({ sessionId: ID, startTime: new Date(1_000) }).end({ time: new Date(3_000) })
        assert.equal(totalsOf(world).end?.time, 3_000)
      },
    },
    {
      theirs: 'End State: Success, Failure, Indeterminate',
      ours: '`session.end({ state })`: `success`, `failure`, `indeterminate`',
      shows({ analytics }) {
        for (const state of ['success', 'failure', 'indeterminate'] as const) {
          startSession({ sessionId: state }).end({ state })
          assert.equal(analytics.stats(state)?.end?.state, state)
        }
      },
    },
    {
      theirs: 'End State Reason',
      ours: '`session.end({ reason })`',
      shows({ span }) {
        startSession({ sessionId: ID }).end({ state: 'failure', reason: 'the tool was down' })
        assert.equal(span('session.end').attributes['session.end.reason'], 'the tool was down')
      },
    },
    {
      theirs: 'Tags',
      ours: '`startSession({ tags })`, `session.addTag(tag)`',
      shows(world) {
        startSession({ sessionId: ID, tags: ['batch'] }).addTag('retried')
        assert.deepEqual(totalsOf(world).tags, ['batch', 'retried'])
      },
    },
    {
      theirs: 'Host Environment',
      ours: "the resource, from OpenTelemetry's detectors",
      shows({ span }) {
        startSession({ sessionId: ID })
        assert.equal(span('session.start').resource.attributes['host.name'], 'web-1')
      },
    },
    {
      theirs: 'Video',
      ours: "`session.attach({ url, type: 'video/mp4' })`",
      async shows({ span }) {
        await startSession({ sessionId: ID }).attach({
          url: 'https://example.com/run.mp4',
          type: 'video/mp4',
        })
        assert.equal(span('session.attachment').attributes['session.attachment.type'], 'video/mp4')
      },
    },
    {
      theirs: '`end_session(end_state, end_state_reason)`',
      ours: '`session.end({ state, reason })`',
      shows(world) {
        startSession({ sessionId: ID }).end({ state: 'success', reason: 'done' })
        const { state, reason } = totalsOf(world).end ?? assert.fail('the session has not ended')
        assert.deepEqual({ state, reason }, { state: 'success', reason: 'done' })
      },
    },
    {
      theirs: 'which returns the total cost',
      ours: '`analytics.onSessionEnd(({ cost }) => …)`',
      async shows({ analytics, work, provider }) {
        const costs: unknown[] = []
        analytics.onSessionEnd(({ cost }) => costs.push(cost?.total))
        const session = startSession({ sessionId: ID })
        session.run(work)
        session.end()
        await provider.forceFlush()
        assert.deepEqual(costs, [0.00125])
      },
    },
    {
      theirs: '`record(event)`',
      ours: '`session.event(name, data)`',
      shows({ span }) {
        startSession({ sessionId: ID }).event('escalated', { to: 'human' })
        const { attributes } = span('session.event')
        assert.equal(attributes['session.event.name'], 'escalated')
        assert.equal(attributes['session.event.data'], '{"to":"human"}')
      },
    },
    {
      theirs: '`get_analytics()`, `GET /v2/sessions/<id>/stats`',
      ours: '`analytics.stats(id)`; plain data',
      shows(world) {
        startSession({ sessionId: ID }).run(world.work)
        assert.equal(JSON.parse(JSON.stringify(totalsOf(world))).llmCalls, 1)
      },
    },
    {
      theirs: 'LLM calls',
      ours: '`llmCalls`',
      shows(world) {
        startSession({ sessionId: ID }).run(world.work)
        assert.equal(totalsOf(world).llmCalls, 1)
      },
    },
    {
      theirs: 'Tool calls',
      ours: '`toolCalls`',
      shows(world) {
        startSession({ sessionId: ID }).run(world.work)
        assert.equal(totalsOf(world).toolCalls, 1)
      },
    },
    {
      theirs: 'Actions',
      ours: '`agentSteps`; calls of `event` are in `events`',
      shows(world) {
        const session = startSession({ sessionId: ID })
        const attributes = { 'gen_ai.operation.name': 'invoke_agent' }
        session.run(() => world.tracer.startSpan('agent', { attributes }).end())
        session.event('looked up')
        assert.deepEqual([totalsOf(world).agentSteps, totalsOf(world).events], [1, 1])
      },
    },
    {
      theirs: 'Errors',
      ours: '`errors`',
      shows(world) {
        startSession({ sessionId: ID }).run(() => {
          const span = world.tracer.startSpan('tool')
          span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        })
        assert.equal(totalsOf(world).errors, 1)
      },
    },
    {
      theirs: 'Duration',
      ours: '`durationMillis`',
      shows(world) {
        startSession({ sessionId: ID, startTime: new Date(1_000) }).end({ time: new Date(1_900) })
        assert.equal(totalsOf(world).durationMillis, 900)
      },
    },
    {
      theirs: 'Cost',
      ours: '`cost.total`, in USD; `undefined` if a price is unknown',
      shows(world) {
        const session = startSession({ sessionId: ID })
        session.run(world.work)
        assert.equal(totalsOf(world).cost?.total, 0.00125)
        session.run(() => {
          const attributes = {
            'gen_ai.operation.name': 'chat',
            'gen_ai.request.model': 'of-my-own',
            'gen_ai.usage.input_tokens': 1,
          }
          world.tracer.startSpan('chat', { attributes }).end()
        })
        assert.equal(totalsOf(world).cost, undefined)
      },
    },
    {
      theirs: '`init()` starts a session by itself',
      ours: '`new SessionSpanProcessor({ defaultSession: true })`',
      async shows(outer) {
        await outer.stop()
        const world = startWorld({ defaultSession: true })
        world.tracer.startSpan('work').end()
        assert.equal(world.span('work').attributes['session.id'], world.processor.defaultSession)
        await world.stop()
      },
    },
    {
      theirs: '`init(auto_start_session=False)`',
      ours: 'without the option',
      shows({ tracer, span }) {
        tracer.startSpan('work').end()
        assert.equal(span('work').attributes['session.id'], undefined)
      },
    },
    {
      theirs: '`start_session()`; several at a time',
      ours: '`startSession()`; any number at a time',
      shows({ tracer, span }) {
        const [one, other] = [startSession({ sessionId: 'one_1' }), startSession({ sessionId: 'other_1' })]
        other.run(() => tracer.startSpan('of the other').end())
        one.run(() => tracer.startSpan('of the one').end())
        assert.equal(span('of the one').attributes['session.id'], 'one_1')
        assert.equal(span('of the other').attributes['session.id'], 'other_1')
      },
    },
    {
      theirs: 'a process that ends without `end_session`: Indeterminate',
      ours: 'the same, with `provider.shutdown()` for the reason `shutdown`, with `endSessionsOnSignals()` the signal',
      async shows({ provider, analytics }) {
        startSession({ sessionId: ID })
        await provider.shutdown()
        const { state, reason } = analytics.stats(ID)?.end ?? assert.fail('the session has not ended')
        assert.deepEqual({ state, reason }, { state: 'indeterminate', reason: 'shutdown' })
      },
    },
    {
      theirs: '`init(inherited_session_id=…)`',
      ours: '`OTEL_SESSION_ID` in the environment',
      async shows(outer) {
        await outer.stop()
        const before = process.env['OTEL_SESSION_ID']
        process.env['OTEL_SESSION_ID'] = ID
        try {
          const world = startWorld()
          world.tracer.startSpan('work').end()
          assert.equal(world.span('work').attributes['session.id'], ID)
          await world.stop()
        } finally {
          if (before === undefined) delete process.env['OTEL_SESSION_ID']
          else process.env['OTEL_SESSION_ID'] = before
        }
      },
    },
    {
      theirs: '`start_session(inherited_session_id=…)`',
      ours: '`resumeSession(id)`',
      shows({ span }) {
        resumeSession(ID).event('here, too')
        assert.equal(span('session.event').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`GET /v2/sessions/<id>/export`',
      ours: 'not ours: the spans are in your backend, by `session.id`',
      shows: 'not ours',
    },
  ],
}
