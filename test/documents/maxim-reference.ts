import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resumeSession, startSession } from '@otel-sessions/processor/lifecycle'
import type { Document } from './row.ts'
import type { World } from './world.ts'

const ID = 'session-id'

export const maximReference: Document = {
  title: 'Maxim, reference of `Session`',
  rows: [
    {
      theirs: '`SessionConfig`, `SessionConfigDict`',
      ours: '`SessionStart`: `{ sessionId, name, userId, tags, metadata, previousSessionId, startTime }`',
      shows({ span }) {
        startSession({
          sessionId: ID,
          name: 'name',
          tags: ['a'],
          metadata: { plan: 'pro' },
          previousSessionId: 'p_1',
        })
        const { attributes } = span('session.start')
        assert.equal(attributes['session.previous_id'], 'p_1')
        assert.equal(attributes['metadata'], '{"plan":"pro"}')
      },
    },
    {
      theirs: '`get_session_config_dict`',
      ours: 'not needed: there is one form, a plain object',
      shows: 'not ours',
    },
    {
      theirs: '`Session(config, writer)`',
      ours: '`startSession(init)`; the writer is your tracer provider',
      shows({ span }) {
        startSession({ sessionId: ID })
        assert.equal(span('session.start').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`trace(config)`',
      ours: '`session.trace(name, fn)`',
      shows({ span }) {
        startSession({ sessionId: ID }).trace('turn', () => {})
        assert.equal(span('turn').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`Session.trace_(writer, session_id, config)`',
      ours: '`resumeSession(id).trace(name, fn)`',
      shows({ span }) {
        resumeSession(ID).trace('turn', () => {})
        assert.equal(span('turn').attributes['session.id'], ID)
      },
    },
    {
      theirs: '`feedback(feedback)`',
      ours: '`session.feedback({ score, label, comment, source })`',
      shows({ span }) {
        startSession({ sessionId: ID }).feedback({ score: 0.8, comment: 'quick' })
        const { attributes } = span('session.feedback')
        assert.equal(attributes['session.feedback.score'], 0.8)
        assert.equal(attributes['session.annotations.0.annotation.explanation'], 'quick')
      },
    },
    {
      theirs: '`add_attachment(FileAttachment)`',
      ours: '`session.attach({ file })`',
      async shows(world) {
        const folder = await mkdtemp(join(tmpdir(), 'otel-sessions-'))
        try {
          writeFileSync(join(folder, 'notes.txt'), 'found')
          await startSession({ sessionId: ID }).attach({ file: join(folder, 'notes.txt') })
        } finally {
          await rm(folder, { recursive: true })
        }
        assert.equal(attached(world)['session.attachment.name'], 'notes.txt')
        assert.equal(attached(world)['session.attachment.size'], 5)
      },
    },
    {
      theirs: '`add_attachment(FileDataAttachment)`',
      ours: '`session.attach({ data, name, type })`',
      async shows(world) {
        await startSession({ sessionId: ID }).attach({ data: 'a,b\n', name: 'rows.csv', type: 'text/csv' })
        assert.equal(attached(world)['session.attachment.content'], 'a,b\n')
      },
    },
    {
      theirs: '`add_attachment(UrlAttachment)`',
      ours: '`session.attach({ url })`',
      async shows(world) {
        await startSession({ sessionId: ID }).attach({ url: 'https://example.com/call.mp3' })
        assert.equal(attached(world)['session.attachment.url'], 'https://example.com/call.mp3')
      },
    },
    {
      theirs: '`Session.add_attachment_(writer, session_id, attachment)`',
      ours: '`resumeSession(id).attach(attachment)`',
      async shows(world) {
        await resumeSession(ID).attach({ url: 'https://example.com/call.mp3' })
        assert.equal(attached(world)['session.id'], ID)
      },
    },
    {
      theirs: '`Session.add_tag_(writer, session_id, key, value)`',
      ours: '`resumeSession(id).addTag(tag)`; for key and value, `setMetadata({ key: value })`',
      shows({ spans }) {
        resumeSession(ID).addTag('vip')
        resumeSession(ID).setMetadata({ plan: 'pro' })
        const [tag, metadata] = spans().map(({ attributes }) => attributes)
        assert.deepEqual(tag?.['tag.tags'], ['vip'])
        assert.equal(metadata?.['metadata'], '{"plan":"pro"}')
      },
    },
    {
      theirs: '`Session.end_(writer, session_id, data)`',
      ours: '`resumeSession(id).end({ state, reason, time })`',
      shows({ span }) {
        resumeSession(ID).end({ state: 'success' })
        assert.equal(span('session.end').attributes['session.end.state'], 'success')
      },
    },
    {
      theirs: '`Session.event_(writer, session_id, id, event, data)`',
      ours: '`resumeSession(id).event(name, data)`; the ID is the span’s',
      shows({ span }) {
        resumeSession(ID).event('escalated', { to: 'human' })
        assert.equal(span('session.event').attributes['session.event.name'], 'escalated')
      },
    },
  ],
}

const attached = ({ span }: World) => span('session.attachment').attributes
