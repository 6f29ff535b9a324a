import { usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

// In a file of its own, because what has been said is not said again.
it('a property that is no spelling mistake is said without its name: a map keyed by users is not for a log', () => {
  startTracing()
  const warnings = collectWarnings()
  usingSession({ ann: 1, ['bob@example.com\r\nFAKE']: 1, sessionId: 's1_good' } as never, () => {})
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('a string of 3 characters')
  expect(warnings[0]).not.toMatch(/ann|bob/)
})
