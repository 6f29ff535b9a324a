import { type Context, type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { processStats, usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it } from 'vitest'
import { collectWarnings, stopTracing } from '../../../test/support/tracing.ts'

/** As a browser's SDK registers it: the context is active until the function returns. */
class StackContextManager implements ContextManager {
  #active: Context = ROOT_CONTEXT
  active() {
    return this.#active
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    inside: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const before = this.#active
    this.#active = inside
    try {
      return fn.call(thisArg as never, ...args)
    } finally {
      this.#active = before
    }
  }
  bind<T>(_: Context, target: T): T {
    return target
  }
  enable() {
    return this
  }
  disable() {
    return this
  }
}

afterEach(stopTracing)

it('a context manager that loses the context after the first await is logged once, and fn still runs', async () => {
  const warnings = collectWarnings()
  context.setGlobalContextManager(new StackContextManager())
  const value = await usingSession('s1_lost', async () => {
    await null
    return 'value'
  })
  await usingSession('s1_lost', async () => {})
  expect(value).toBe('value')
  expect(processStats().problems).toMatchObject({ 'context:lost-after-await': 1 })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('after the first await')
})
