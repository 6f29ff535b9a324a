import { processStats, usingSession } from 'otel-sessions'
import { expect, test } from 'vitest'
import { problems } from '../src/problems.ts'

test('processStats counts the problems of this package beside those of usingSession', () => {
  const before = processStats().problems
  problems.report('request:threw', () => 'a request has no session', 'a test')
  usingSession('', () => {})
  const { problems: after, sessions } = processStats()
  const added = (code: string) => (after[code] ?? 0) - (before[code] ?? 0)
  expect([added('request:threw'), added('session-id:empty')]).toEqual([1, 1])
  expect(sessions.open).toBe(0)
})
