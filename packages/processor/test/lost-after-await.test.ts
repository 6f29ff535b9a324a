import { context } from '@opentelemetry/api'
import { processStats, usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it } from 'vitest'
import { StackContextManager } from '../../../test/support/stack-context-manager.ts'
import { collectWarnings, stopTracing } from '../../../test/support/tracing.ts'

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
