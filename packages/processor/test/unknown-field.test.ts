import { usingSession } from '@otel-sessions/processor'
import { afterEach, expect, it } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

// In a file of its own, because it is logged once in a process.
it('an unknown property that is not a spelling mistake is logged without its name, which may be personal data', () => {
  startTracing()
  const warnings = collectWarnings()
  usingSession({ ann: 1, ['bob@example.com\r\nFAKE']: 1, sessionId: 's1_good' } as never, () => {})
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('a string of 3 characters')
  expect(warnings[0]).not.toMatch(/ann|bob/)
})
