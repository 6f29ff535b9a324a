// The helper for Next.js, without Next; test/web runs it in a real one.
import { getSession } from 'otel-sessions'
import { sessions } from 'otel-sessions/next'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { problems } from '../src/problems.ts'

beforeEach(() => {
  collectWarnings()
  startTracing()
})
afterEach(stopTracing)

const forNext = (digest: string) => Object.assign(new Error(digest), { digest })
const current = () => getSession()?.sessionId ?? null

describe('what is wrapped', () => {
  const { handler, action, component } = sessions({ session: async () => 'user_a_conv' })

  it('runs in the session: a route handler, an action and a component', async () => {
    expect(await (await handler(async () => Response.json(current()))()).json()).toBe('user_a_conv')
    expect(await action(async (_form: FormData) => current())(new FormData())).toBe('user_a_conv')
    expect(await component(() => current())()).toBe('user_a_conv')
  })

  it('names the session by its own arguments', async () => {
    const session = vi.fn(async (_request: Request, { params }: { params: Promise<{ id: string }> }) => {
      return (await params).id
    })
    const get = sessions({ session }).handler(async () => Response.json(current()))
    const args = [
      new Request('http://localhost/'),
      { params: Promise.resolve({ id: 'user_b_conv' }) },
    ] as const
    expect(await (await (get as (...all: unknown[]) => Promise<Response>)(...args)).json()).toBe(
      'user_b_conv',
    )
    expect(session.mock.calls).toEqual([args])
  })

  it('keeps its name, its properties and its type', () => {
    async function Page({ params }: { params: Promise<{ id: string }> }) {
      return (await params).id
    }
    const page = component(Object.assign(Page, { displayName: 'Chat' }))
    expect([page.name, page.displayName]).toEqual(['Page', 'Chat'])
    expectTypeOf(component(Page)).toEqualTypeOf<typeof Page>()
    expectTypeOf(component((_props: { id: string }) => 'text')).returns.toEqualTypeOf<
      string | Promise<string>
    >()
  })

  it('stays synchronous if the session is known at once', () => {
    expect(sessions({ session: () => 'user_a_conv' }).component(() => current())()).toBe('user_a_conv')
  })

  it('or an option that is wrong is named', () => {
    for (const wrap of [handler, action, component]) {
      expect(() => wrap({} as never)).toThrow(
        'otel-sessions/next: sessions(options)(handler): handler must be a function, it is a value of type object',
      )
    }
    expect(() => sessions({ session: () => null, timeoutMillis: 0 })).toThrow(
      /^otel-sessions\/next: sessions: option timeoutMillis must be /,
    )
  })
})

describe('what the function throws for Next', () => {
  it.each([
    'NEXT_REDIRECT;replace;/login;307;',
    'NEXT_HTTP_ERROR_FALLBACK;404',
    'DYNAMIC_SERVER_USAGE',
    'BAILOUT_TO_CLIENT_SIDE_RENDERING',
    'HANGING_PROMISE_REJECTION',
  ])('reaches Next, and the wrapped function is not called: %s', async (digest) => {
    const error = forNext(digest)
    const before = problems.counts()
    const wrapped = vi.fn(async () => Response.json(null))
    const rejecting = sessions({ session: () => Promise.reject(error) })
    await expect(rejecting.handler(wrapped)()).rejects.toBe(error)
    const throwing = sessions({
      session: () => {
        throw error
      },
    })
    for (const kind of ['handler', 'action', 'component'] as const) {
      expect(() => throwing[kind](wrapped)()).toThrow(error)
    }
    expect(wrapped).not.toHaveBeenCalled()
    expect(problems.counts()).toEqual(before)
  })

  it('is told from an error of the application, which is counted, and the function is called', async () => {
    const before = problems.counts()['request:rejected'] ?? 0
    const errors = [forNext('1234567'), new Error('secret'), undefined, 'NEXT_REDIRECT']
    for (const error of errors) {
      const { action } = sessions({ session: () => Promise.reject(error) })
      expect(await action(async () => 'called')()).toBe('called')
    }
    expect(problems.counts()['request:rejected']).toBe(before + errors.length)
  })
})
