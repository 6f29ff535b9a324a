// Backfill gives a span the session of its trace. A span of another user gets none, under whichever key it names the user.

import { type Attributes, context, type Span, trace } from '@opentelemetry/api'
import { BACKENDS, defineBackend } from '@otel-sessions/exporter/backends'
import { usingSession } from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { below, startBackfilling, stopBackfilling } from './support.ts'

afterEach(stopBackfilling)

const A = 'user_a_conv'
const ALICE = { sessionId: A, userId: 'alice' }

/** Runs a function below a root without a session. @returns what each span was exported with */
async function attributesOf(run: (tools: Tools) => void, setup: Parameters<typeof startBackfilling>[1] = {}) {
  const { tracer, provider, arrived } = startBackfilling({}, setup)
  const span = (name: string, attributes: Attributes = {}) => tracer.startSpan(name, { attributes }).end()
  tracer.startActiveSpan('root', (root) => {
    run({ root, span, child: (of, name) => below(of, tracer, name) })
    root.end()
  })
  await provider.forceFlush()
  return Object.fromEntries(arrived.map(({ name, attributes }) => [name, attributes]))
}

interface Tools {
  readonly root: Span
  /** A span with these attributes, below the active one. */
  readonly span: (name: string, attributes?: Attributes) => void
  readonly child: (of: Span, name: string) => Span
}

const USER_KEYS = [
  'user.id',
  'enduser.id',
  'user_id',
  'userId',
  'usr.id',
  'langfuse.user.id',
  'langfuse_user_id',
  'langfuse.trace.metadata.langfuse_user_id',
  'langfuse.trace.metadata.userId',
  'langfuse.observation.metadata.user_id',
  'langsmith.metadata.user_id',
  'traceloop.association.properties.user_id',
  'traceloop.association.properties.userId',
  'lmnr.association.properties.user_id',
  'ai.telemetry.metadata.userId',
  'ai.telemetry.metadata.user_id',
  'ai.telemetry.metadata.posthog_distinct_id',
  'ai.settings.context.userId',
  'mastra.metadata.userId',
  'langwatch.user.id',
  'confident.trace.user_id',
  'respan.customer_params.customer_identifier',
  'posthog.distinct_id',
  '$ai_user_id',
  'gen_ai.user.id',
  'gen_ai.request.user',
  'llm.user',
  'metadata.user_id',
]

const JSON_KEYS = [
  'metadata',
  'langfuse.trace.metadata',
  'braintrust.metadata',
  'traceloop.association.properties',
]

const NAMING: [key: string, attributes: (user: string) => Attributes][] = [
  ...USER_KEYS.map((key): (typeof NAMING)[number] => [key, (user) => ({ [key]: user })]),
  ...JSON_KEYS.flatMap((key) =>
    ['user_id', 'userId', 'langfuse_user_id'].map((name): (typeof NAMING)[number] => {
      return [`${name} in the JSON of ${key}`, (user) => ({ [key]: JSON.stringify({ [name]: user }) })]
    }),
  ),
]

describe.each(NAMING)('a span that names its user as %s', (_, named) => {
  it.each(['before', 'after'])(
    'gets no session if that is another user than the trace has %s it',
    async (when) => {
      const { bob, http } = await attributesOf(({ span }) => {
        if (when === 'after') span('bob', named('bob'))
        usingSession(ALICE, () => span('agent'))
        if (when === 'before') span('bob', named('bob'))
        span('http')
      })
      expect(bob).toEqual(named('bob'))
      // Nor is one of the two users given to a span that names none.
      expect(http).toEqual({ 'session.id': A })
    },
  )

  it('gets the session if it is the same user', async () => {
    const { same, http } = await attributesOf(({ span }) => {
      usingSession(ALICE, () => span('agent'))
      span('same', named('alice'))
      span('http')
    })
    expect(same).toEqual({ ...named('alice'), 'session.id': A, 'user.id': 'alice' })
    expect(http).toEqual({ 'session.id': A, 'user.id': 'alice' })
  })
})

describe('a span of another user', () => {
  it('gets no session where the users are known from attributes alone', async () => {
    const exported = await attributesOf(({ span }) => {
      span('alice', { 'langfuse.user.id': 'alice', thread_id: A })
      span('bob', { 'enduser.id': 'bob' })
      span('http')
    })
    expect(exported['bob']).toEqual({ 'enduser.id': 'bob' })
    expect(exported['http']).toEqual({ 'session.id': A })
  })

  it('gets no session without our processor either', async () => {
    const exported = await attributesOf(
      ({ span }) => {
        span('alice', { 'user.id': 'alice', 'session.id': A })
        span('bob', { 'enduser.id': 'bob' })
        span('http')
      },
      { ours: 'none', processor: 'batch' },
    )
    expect(exported['bob']).toEqual({ 'enduser.id': 'bob' })
    expect(exported['http']).toEqual({ 'session.id': A })
  })

  it('gets no session if it names both users', async () => {
    const { both } = await attributesOf(({ span }) => {
      usingSession(ALICE, () => span('agent'))
      span('both', { 'user.id': 'alice', 'enduser.id': 'bob' })
    })
    expect(both).toEqual({ 'user.id': 'alice', 'enduser.id': 'bob' })
  })

  it('is known by a number too', async () => {
    const exported = await attributesOf(({ span }) => {
      usingSession({ sessionId: A, userId: '7' }, () => span('agent'))
      span('other', { user_id: 8 })
    })
    expect(exported['other']).toEqual({ user_id: 8 })
  })

  it('is known by the key of your own backend', async () => {
    const backends = [defineBackend({ name: 'mine', session: [], user: 'app.customer' })]
    const { bob } = await attributesOf(
      ({ span }) => {
        usingSession(ALICE, () => span('agent'))
        span('bob', { 'app.customer': 'bob' })
      },
      { backends },
    )
    expect(bob).toEqual({ 'app.customer': 'bob' })
  })

  it.each(Object.values(BACKENDS).flatMap(({ name, user }) => (user ? [[name, user]] : [])))(
    'is known by the key of %s, %s',
    async (_, key) => {
      const { bob } = await attributesOf(({ span }) => {
        usingSession(ALICE, () => span('agent'))
        span('bob', { [key as string]: 'bob' })
      })
      expect(bob).not.toHaveProperty('session.id')
    },
  )

  it.each(
    Object.values(BACKENDS).flatMap(({ name, metadata }) =>
      metadata?.form === 'attributes' ? [[name, metadata.prefix]] : [],
    ),
  )('is known by the metadata of %s, %s', async (_, prefix) => {
    const { bob } = await attributesOf(({ span }) => {
      usingSession(ALICE, () => span('agent'))
      span('bob', { [`${prefix}user_id`]: 'bob' })
    })
    expect(bob).not.toHaveProperty('session.id')
  })
})

describe('a span that names no user', () => {
  it.each([
    ['a placeholder', { 'enduser.id': 'undefined' }],
    ['a blank', { user_id: ' ' }],
    ['something else', { 'user.name': 'bob', 'user.email': 'bob@example.com', 'process.user.id': 'bob' }],
    ['JSON that is no object', { metadata: '["bob"]' }],
  ])('gets session and user: it has %s', async (_, attributes) => {
    const { http } = await attributesOf(({ span }) => {
      usingSession(ALICE, () => span('agent'))
      span('http', attributes)
    })
    expect(http).toEqual({ ...attributes, 'session.id': A, 'user.id': 'alice' })
  })

  it('gets the user of a trace whose metadata has a name that is a user elsewhere', async () => {
    const metadata = { user_id: 'row_17', plan: 'pro' }
    const { http } = await attributesOf(({ span, child, root }) => {
      usingSession({ ...ALICE, metadata }, () => {
        span('agent')
        // Instrumentations write metadata of their own, and it is merged with that of the scope.
        span('chain', { metadata: '{"run":1}' })
        const late = child(root, 'late')
        late.setAttribute('metadata', '{"run":2}')
        late.end()
      })
      span('http')
    })
    expect(http).toMatchObject({ 'session.id': A, 'user.id': 'alice' })
  })
})

describe('a root that learns the user from below', () => {
  it.each(['user.id', 'enduser.id'])('gets none where a span names another as %s', async (key) => {
    const { root } = await attributesOf(({ span }) => {
      usingSession(ALICE, () => span('agent'))
      span('bob', { [key]: 'bob' })
    })
    expect(root).toEqual({ 'session.id': A })
  })

  it('gets none if it names another itself', async () => {
    const { root } = await attributesOf(({ span, root }) => {
      root.setAttribute('enduser.id', 'bob')
      usingSession(ALICE, () => span('agent'))
    })
    expect(root).toEqual({ 'session.id': A, 'enduser.id': 'bob' })
  })

  it('gets no conversation where a span has another', async () => {
    const { root, http } = await attributesOf(({ span }) => {
      usingSession({ ...ALICE, conversationId: 'conv_a' }, () => {
        span('agent')
        span('other', { conversation_id: 'conv_b' })
      })
      span('http')
    })
    expect(root).toEqual({ 'session.id': A, 'user.id': 'alice' })
    expect(http).toEqual({ 'session.id': A, 'user.id': 'alice' })
  })

  it('leaves it to the spans between that have one user below them', async () => {
    const { job, root } = await attributesOf(({ root, span, child }) => {
      const job = child(root, 'job')
      const at = (run: () => void) => runBelow(job, run)
      at(() => usingSession(ALICE, () => span('agent')))
      job.end()
      span('bob', { 'enduser.id': 'bob' })
    })
    expect(job).toEqual({ 'session.id': A, 'user.id': 'alice' })
    expect(root).toEqual({ 'session.id': A })
  })

  it('gets it where all spans name the same', async () => {
    const { root } = await attributesOf(({ span }) => {
      usingSession(ALICE, () => span('agent', { 'enduser.id': 'alice' }))
      span('http', { 'langfuse.user.id': 'alice' })
    })
    expect(root).toEqual({ 'session.id': A, 'user.id': 'alice' })
  })
})

const runBelow = (span: Span, run: () => void): void =>
  context.with(trace.setSpan(context.active(), span), run)
