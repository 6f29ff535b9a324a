import { processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

it('a second copy of the package is counted, and logged once with the remedy; both read the same counters', async () => {
  const warnings = collectWarnings()
  expect(processStats().problems).toEqual({})
  vi.resetModules()
  const copy = await import('@otel-sessions/processor')
  expect(copy.SessionSpanProcessor).not.toBe(SessionSpanProcessor)
  expect(processStats().problems).toEqual({ 'packages:two-copies': 1 })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/^@otel-sessions\/processor 2 copies .*\(0\.\d+\.\d+, 0\.\d+\.\d+\).* "npm ls/)
  const { processor, tracer, sessions } = startTracing()
  copy.usingSession(42 as never, () => {})
  copy.usingSession('user_1_conv_1', () =>
    usingSession({ tags: ['a'] }, () => tracer.startSpan('span').end()),
  )
  expect(sessions()).toEqual({ span: 'user_1_conv_1' })
  expect(processor.stats().process.problems).toMatchObject({ 'session-id:not-a-string': 1 })
})
