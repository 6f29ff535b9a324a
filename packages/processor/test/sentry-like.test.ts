import { type Context, context, createContextKey } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { getSession, processStats, usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it } from 'vitest'
import { stopTracing } from '../../../test/support/tracing.ts'

/** Like Sentry's, it adds its own entry to every context, so that the active context is never the one passed in. */
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

it('a context manager that adds its own entries keeps the session, and nothing is logged', async () => {
  context.setGlobalContextManager(new AddingContextManager().enable())
  await usingSession('user_1_conv_1', async () => {
    await null
    expect(getSession()?.sessionId).toBe('user_1_conv_1')
  })
  expect(processStats().problems).toEqual({})
})
