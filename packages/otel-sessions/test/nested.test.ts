// A helper for the whole application, and another one for some of its routes.
import { SpanKind } from '@opentelemetry/api'
import { getSession, type SessionInit } from 'otel-sessions'
import { sessions } from 'otel-sessions/express'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

type Answer = string | SessionInit | null | undefined

let tracing: ReturnType<typeof startTracing>
let warnings: string[]
beforeEach(() => {
  warnings = collectWarnings()
  tracing = startTracing()
})
afterEach(stopTracing)

const USER = {
  sessionId: 'user_a_login',
  userId: 'user_a',
  conversationId: 'login',
  tags: ['vip'],
  metadata: { plan: 'gold' },
}

/** What the server's span and the handler's have of a session, behind two helpers. */
async function request(outer: Answer, inner: Answer) {
  await tracing.tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, async (server) => {
    let handled: unknown
    sessions({ session: () => outer })({}, {}, () => {
      const enter = sessions({ session: async () => inner })
      handled = enter({}, {}, () => tracing.tracer.startSpan('handler').end())
    })
    await handled
    server.end()
  })
  const { server, handler } = tracing.exportedSpans()
  return [server, handler]
}

it.each<[what: string, outer: Answer, inner: Answer, expected: object]>([
  [
    'another session keeps the user, the tags and the metadata, and not the conversation',
    USER,
    'user_a_conv',
    {
      'session.id': 'user_a_conv',
      'user.id': 'user_a',
      'tag.tags': ['vip'],
      metadata: '{"plan":"gold"}',
    },
  ],
  [
    'fields of both are merged',
    USER,
    { sessionId: 'user_a_conv', conversationId: 'chat', tags: ['beta'], metadata: { team: 'x' } },
    {
      'session.id': 'user_a_conv',
      'user.id': 'user_a',
      'gen_ai.conversation.id': 'chat',
      'tag.tags': ['vip', 'beta'],
      metadata: '{"plan":"gold","team":"x"}',
    },
  ],
  [
    'fields alone join the session',
    USER,
    { tags: ['beta'], metadata: { team: 'x' } },
    {
      'session.id': 'user_a_login',
      'user.id': 'user_a',
      'gen_ai.conversation.id': 'login',
      'tag.tags': ['vip', 'beta'],
      metadata: '{"plan":"gold","team":"x"}',
    },
  ],
  [
    'a user that is null is removed',
    USER,
    { sessionId: 'user_a_conv', userId: null },
    { 'session.id': 'user_a_conv', 'tag.tags': ['vip'], metadata: '{"plan":"gold"}' },
  ],
  [
    'a session joins a user',
    { userId: 'user_a' },
    'user_a_conv',
    { 'session.id': 'user_a_conv', 'user.id': 'user_a' },
  ],
  ['null clears all of it', USER, null, {}],
  ['a session after null is that session', null, 'user_a_conv', { 'session.id': 'user_a_conv' }],
  [
    'undefined leaves it as it is',
    { sessionId: 'user_a_login', userId: 'user_a' },
    undefined,
    { 'session.id': 'user_a_login', 'user.id': 'user_a' },
  ],
])('on the span of the server and behind both helpers, %s', async (_, outer, inner, expected) => {
  expect(await request(outer, inner)).toEqual([expected, expected])
  // Also null is what the application wants, and nothing to warn of.
  expect(warnings).toEqual([])
})

it('an ID that somebody else wrote on a span is reported where the session is cleared', async () => {
  tracing.tracer.startActiveSpan('server', { kind: SpanKind.SERVER }, (server) => {
    sessions({ session: () => 'user_a_conv' })({}, {}, () => {
      server.setAttribute('session.id', 'written_by_another')
      sessions({ session: () => null })({}, {}, () => expect(getSession()).toBeUndefined())
    })
    server.end()
  })
  expect(tracing.exportedSpans()['server']).not.toHaveProperty('session.id')
  expect(warnings.join()).toContain('is not exported (cleared)')
})
