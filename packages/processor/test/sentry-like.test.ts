import { type Context, context, createContextKey } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { getSession, processStats, usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it } from 'vitest'
import { stopTracing } from '../../../test/support/tracing.ts'

/** As Sentry's does, it adds an entry of its own to every context, so the active one is never the one given. */
class AddingContextManager extends AsyncLocalStorageContextManager {
  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    inside: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return super.with(inside.setValue(createContextKey('test.own'), 1), fn, thisArg, ...args)
  }
}

afterEach(stopTracing)

it('a context manager that adds entries of its own keeps the session, and nothing is said', async () => {
  context.setGlobalContextManager(new AddingContextManager().enable())
  await usingSession('user_1_conv_1', async () => {
    await null
    expect(getSession()?.sessionId).toBe('user_1_conv_1')
  })
  expect(processStats().problems).toEqual({})
})
