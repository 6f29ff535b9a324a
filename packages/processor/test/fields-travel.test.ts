import { context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import {
  contextWithSession,
  getSession,
  SessionSpanProcessor,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
import { afterEach, describe, expect, it } from 'vitest'
import { startTracing, stopTracing, withoutOnEnding } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

const A = 'user_a_conv'
const B = 'user_b_conv'
const ALL = { userId: 'user_a', conversationId: 'conv_a', metadata: { plan: 'pro' }, tags: ['beta'] }
const STAMPED = {
  'user.id': 'user_a',
  'gen_ai.conversation.id': 'conv_a',
  metadata: '{"plan":"pro"}',
  'tag.tags': ['beta'],
}
const of = (id: string, user?: string) => ({ 'session.id': id, ...(user && { 'user.id': user }) })

describe.each(['with onEnding', 'without onEnding'])('fields, %s,', (sdk) => {
  const start = (options = {}) => {
    const processor = new SessionSpanProcessor(options)
    const tracing = startTracing(
      {},
      { spanProcessors: [sdk === 'with onEnding' ? processor : withoutOnEnding(processor)] },
    )
    const { tracer } = tracing
    /** Runs a function inside a span. */
    const span = (name: string, run: (span: Span) => void = () => {}, options = {}) =>
      tracer.startActiveSpan(name, options, (active) => {
        run(active)
        active.end()
      })
    return { ...tracing, span }
  }

  describe('set on a span by setSpanSession', () => {
    it('are inherited inside a scope by what starts below', () => {
      const { span, exportedSpans } = start()
      usingSession(A, () => {
        span('before', (before) => {
          setSpanSession(before, ALL)
          span('child', () => span('grandchild'))
        })
        span('sibling')
      })
      const all = { 'session.id': A, ...STAMPED }
      expect(exportedSpans()).toEqual({ before: all, child: all, grandchild: all, sibling: of(A) })
    })

    it('with the session of the scope keep those of the scope', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, tags: ['web'] }, () =>
        span('root', (root) => {
          setSpanSession(root, { sessionId: A, userId: 'user_a' })
          span('child', () => span('grandchild'))
        }),
      )
      const all = { ...of(A, 'user_a'), 'tag.tags': ['web'] }
      expect(exportedSpans()).toEqual({ root: all, child: all, grandchild: all })
    })

    it('as a string with the session of the scope keep those of the scope', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, ...ALL }, () =>
        span('root', (root) => {
          setSpanSession(root, A)
          span('child')
        }),
      )
      const all = { 'session.id': A, ...STAMPED }
      expect(exportedSpans()).toEqual({ root: all, child: all })
    })

    it('reach into a scope that was entered below the span, for what that does not set', () => {
      const { span, exportedSpans } = start()
      span('server', (server) =>
        usingSession(A, () => {
          setSpanSession(server, { userId: 'user_a' })
          span('handler')
        }),
      )
      expect(exportedSpans()).toEqual({ server: of(A, 'user_a'), handler: of(A, 'user_a') })
    })

    it('take precedence over those around the span, in a scope below it that sets none', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, userId: 'user_1' }, () =>
        span('root', (root) => {
          setSpanSession(root, { userId: 'user_2' })
          usingSession(A, () => span('child'))
        }),
      )
      expect(exportedSpans()).toEqual({ root: of(A, 'user_2'), child: of(A, 'user_2') })
    })

    it('are removed for good: a scope below the span does not bring the user back to it', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, userId: null }, () =>
        span('server', (server) => {
          usingSession({ userId: 'user_1' }, () => span('handler'))
          span('other', (other) => usingSession({ userId: 'user_1' }, () => other.setAttribute('a', 1)))
          setSpanSession(server, { userId: null })
        }),
      )
      expect(exportedSpans()).toEqual({
        server: of(A),
        handler: of(A, 'user_1'),
        other: { ...of(A, 'user_1'), a: 1 },
      })
    })

    it('are inherited without any session', () => {
      const { span, exportedSpans } = start()
      span('root', (root) => {
        setSpanSession(root, ALL)
        span('child', () => span('grandchild'))
        usingSession(A, () => span('in a scope'))
      })
      const { 'gen_ai.conversation.id': _, ...kept } = STAMPED
      expect(exportedSpans()).toEqual({
        root: { ...STAMPED, 'session.id': A },
        child: STAMPED,
        grandchild: STAMPED,
        // A session drops the conversation around it, as in nested scopes.
        'in a scope': { ...kept, 'session.id': A },
      })
    })

    it('before the session stay with it', () => {
      const { span, exportedSpans } = start()
      usingSession({ userId: 'user_a' }, () =>
        span('root', (root) => {
          setSpanSession(root, A)
          span('child')
        }),
      )
      expect(exportedSpans()).toEqual({ root: of(A, 'user_a'), child: of(A, 'user_a') })
    })

    it('are removed by null and by an invalid ID, also for what starts below', () => {
      const { span, exportedSpans } = start()
      for (const [name, userId] of Object.entries({ null: null, invalid: 'x'.repeat(200) })) {
        usingSession({ sessionId: A, userId: 'user_a', tags: ['web'] }, () =>
          span(name, (root) => {
            setSpanSession(root, { userId })
            span(`${name} child`)
          }),
        )
      }
      const without = { 'session.id': A, 'tag.tags': ['web'] }
      expect(exportedSpans()).toEqual({
        null: without,
        'null child': without,
        invalid: without,
        'invalid child': without,
      })
    })

    it('do not reach another session, nor a cleared one', () => {
      const { span, exportedSpans } = start()
      span('root', (root) => {
        setSpanSession(root, { sessionId: A, ...ALL })
        usingSession(B, () => span('scope'))
        usingSession(null, () => span('cleared'))
        span('own', () => {}, { attributes: { 'session.id': B } })
      })
      expect(exportedSpans()).toMatchObject({ root: STAMPED })
      const { root, ...others } = exportedSpans()
      expect(others).toEqual({ scope: of(B), cleared: {}, own: of(B) })
    })

    it('are gone where the span gets another session', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, userId: 'user_a' }, () =>
        span('root', (root) => {
          setSpanSession(root, { tags: ['web'] })
          setSpanSession(root, B)
          span('child')
        }),
      )
      expect(exportedSpans()).toEqual({ root: of(B), child: of(B) })
    })

    it('are gone with the session that is replaced, and kept with a nested one: a missing user is better than a wrong one', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, ...ALL }, () => {
        span('replaced', (replaced) => {
          setSpanSession(replaced, { sessionId: B })
          span('below replaced')
        })
        span('named', (named) => {
          setSpanSession(named, { sessionId: B, userId: 'user_a' })
          span('below named')
        })
        usingSession({ sessionId: B }, () => span('nested'))
      })
      const { 'gen_ai.conversation.id': _, ...kept } = STAMPED
      expect(exportedSpans()).toEqual({
        replaced: of(B),
        'below replaced': of(B),
        named: of(B, 'user_a'),
        'below named': of(B, 'user_a'),
        nested: { 'session.id': B, ...kept },
      })
    })

    it('are what getSession returns below the span', () => {
      const { span } = start()
      usingSession({ sessionId: A, tags: ['web'] }, () =>
        span('root', (root) => {
          setSpanSession(root, { userId: 'user_a', metadata: { plan: 'pro' } })
          expect(getSession()).toMatchObject({ userId: 'user_a', metadata: { plan: 'pro' }, tags: ['web'] })
        }),
      )
    })

    it('reach spans above that learn the session from below', () => {
      const { span, exportedSpans } = start()
      span('server', () => usingSession(A, () => span('handler', (handler) => setSpanSession(handler, ALL))))
      const all = { 'session.id': A, ...STAMPED }
      expect(exportedSpans()).toEqual({ server: all, handler: all })
    })
  })

  describe('set by a scope without a session', () => {
    it.each(['a start attribute', 'setSpanSession'])('reach a span with its own session, by %s', (how) => {
      const { span, exportedSpans } = start()
      const attributes = how === 'setSpanSession' ? {} : { 'session.id': A }
      span(
        'server',
        (server) => {
          if (how === 'setSpanSession') setSpanSession(server, A)
          usingSession(ALL, () => span('handler', () => span('leaf')))
          span('later')
        },
        { attributes },
      )
      const all = { 'session.id': A, ...STAMPED }
      expect(exportedSpans()).toEqual({ server: all, handler: all, leaf: all, later: of(A) })
    })

    it('reach the active span inside a scope', () => {
      const { span, exportedSpans } = start()
      usingSession(A, () => {
        span('server', () => usingSession(ALL, () => span('handler')))
        span('sibling')
      })
      const all = { 'session.id': A, ...STAMPED }
      expect(exportedSpans()).toEqual({ server: all, handler: all, sibling: of(A) })
    })

    it('reach a span that has no session, and keeps none', () => {
      const { span, exportedSpans } = start()
      span('server', () => usingSession(ALL, () => span('handler')))
      expect(exportedSpans()).toEqual({ server: STAMPED, handler: STAMPED })
    })

    it('reach a span that infers the same session, and one with a session that is set later', () => {
      const { span, exportedSpans } = start()
      span('inferred', () => usingSession({ userId: 'user_a' }, () => span('below')), {
        attributes: { thread_id: A },
      })
      span('set', (set) => {
        usingSession({ userId: 'user_a' }, () => span('first'))
        setSpanSession(set, A)
      })
      expect(exportedSpans()).toMatchObject({
        inferred: of(A, 'user_a'),
        below: of(A, 'user_a'),
        set: of(A, 'user_a'),
        first: { 'user.id': 'user_a' },
      })
    })

    it('do not replace what the span has', () => {
      const { span, exportedSpans } = start()
      span('own', () => usingSession({ userId: 'user_a' }, () => {}), {
        attributes: { 'session.id': A, 'user.id': 'somebody' },
      })
      expect(exportedSpans()).toEqual({ own: of(A, 'somebody') })
    })

    it('do not reach the span where they disagree', () => {
      const { span, exportedSpans } = start()
      const agents = () => {
        usingSession({ userId: 'user_a', tags: ['web'] }, () => {})
        usingSession({ userId: 'user_b', tags: ['web'] }, () => {})
      }
      span('without', agents)
      usingSession(A, () => span('scope', agents))
      expect(exportedSpans()).toEqual({
        without: { 'tag.tags': ['web'] },
        scope: { 'session.id': A, 'tag.tags': ['web'] },
      })
    })

    it('do not reach a span of another session, or a cleared one', () => {
      const { span, exportedSpans } = start()
      span('other', () => usingSession(B, () => usingSession({ userId: 'user_b' }, () => {})), {
        attributes: { 'session.id': A },
      })
      usingSession(null, () => span('cleared', () => usingSession({ userId: 'user_b' }, () => {})))
      expect(exportedSpans()).toEqual({ other: of(A), cleared: {} })
    })

    it('apply to a span that names its own session inside', () => {
      const { span, exportedSpans } = start()
      usingSession({ userId: 'user_a' }, () =>
        span('own', () => span('child'), { attributes: { 'session.id': A } }),
      )
      expect(exportedSpans()).toEqual({ own: of(A, 'user_a'), child: of(A, 'user_a') })
    })
  })

  describe('that a span names with the same session', () => {
    it('are those of the scope', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, ...ALL }, () =>
        span('own', () => span('child'), { attributes: { 'session.id': A } }),
      )
      const all = { 'session.id': A, ...STAMPED }
      expect(exportedSpans()).toEqual({ own: all, child: all })
    })
  })

  describe('of nested scopes', () => {
    it('take precedence over those of a span around them, and not over those of a span inside', () => {
      const { span, exportedSpans } = start()
      usingSession({ sessionId: A, userId: 'user_1', tags: ['one'] }, () =>
        span('root', (root) => {
          setSpanSession(root, { userId: 'user_2', metadata: { two: 2 } })
          span('two')
          usingSession({ userId: 'user_1', metadata: { one: 1 } }, () =>
            span('one', (one) => {
              setSpanSession(one, { userId: 'user_3' })
              span('three')
            }),
          )
          usingSession({ userId: null }, () => span('nobody'))
        }),
      )
      const tags = { 'tag.tags': ['one'] }
      expect(exportedSpans()).toEqual({
        root: { ...of(A, 'user_2'), ...tags, metadata: '{"two":2}' },
        two: { ...of(A, 'user_2'), ...tags, metadata: '{"two":2}' },
        one: { ...of(A, 'user_3'), ...tags, metadata: '{"two":2,"one":1}' },
        three: { ...of(A, 'user_3'), ...tags, metadata: '{"two":2,"one":1}' },
        nobody: { 'session.id': A, ...tags, metadata: '{"two":2}' },
      })
    })

    it('are kept apart by contextWithSession, which propagates nothing', () => {
      const { span, exportedSpans } = start()
      span('root', () => {
        context.with(contextWithSession(context.active(), { userId: 'user_a' }), () => span('child'))
        span('sibling')
      })
      expect(exportedSpans()).toEqual({ root: {}, child: { 'user.id': 'user_a' }, sibling: {} })
    })
  })

  describe('from below', () => {
    it('come with the session, through spans without one', () => {
      const { span, exportedSpans } = start()
      span('server', () =>
        span('middleware', () => usingSession({ sessionId: A, ...ALL }, () => span('handler'))),
      )
      const all = { 'session.id': A, ...STAMPED }
      expect(exportedSpans()).toEqual({ server: all, middleware: all, handler: all })
    })

    it('are left out where children disagree', () => {
      const { span, exportedSpans } = start()
      span('server', () => {
        usingSession({ sessionId: A, userId: 'user_a', tags: ['web'] }, () => span('one'))
        usingSession({ sessionId: A, userId: 'user_b', tags: ['web'] }, () => span('two'))
        usingSession(A, () => span('three'))
      })
      expect(exportedSpans()['server']).toEqual({ 'session.id': A, 'tag.tags': ['web'] })
    })

    it('do not come without the session', () => {
      const { span, exportedSpans } = start()
      span('batch', () => {
        usingSession({ sessionId: A, userId: 'user_a' }, () => span('one'))
        usingSession({ sessionId: B, userId: 'user_a' }, () => span('two'))
      })
      span('named', () => usingSession({ sessionId: A, userId: 'user_a' }, () => span('other')), {
        attributes: { thread_id: B },
      })
      span('late', (late) => {
        usingSession({ sessionId: A, userId: 'user_a' }, () => span('below'))
        late.setAttribute('session.id', B)
      })
      expect(exportedSpans()).toMatchObject({ batch: {}, named: of(B), late: of(B) })
      for (const name of ['batch', 'named', 'late'])
        expect(exportedSpans()[name]).not.toHaveProperty('user.id')
    })

    it('do not come from a cleared session', () => {
      const { span, exportedSpans } = start()
      span('server', () => usingSession({ sessionId: null, userId: 'user_a' }, () => span('cleared')))
      expect(exportedSpans()['server']).toEqual({})
    })

    it('are not passed down again', () => {
      const { span, exportedSpans, tracer } = start()
      const server = tracer.startSpan('server')
      context.with(trace.setSpan(ROOT_CONTEXT, server), () => {
        usingSession({ sessionId: A, userId: 'user_a' }, () => span('handler'))
        span('sibling')
        server.end()
        span('after')
      })
      expect(exportedSpans()).toEqual({
        server: of(A, 'user_a'),
        handler: of(A, 'user_a'),
        sibling: {},
        after: {},
      })
    })

    it('are turned off by inferFromChildren: false', () => {
      const { span, exportedSpans } = start({ inferFromChildren: false })
      span('server', () => usingSession({ sessionId: A, ...ALL }, () => {}))
      expect(exportedSpans()).toEqual({ server: {} })
    })
  })
})
