import { usingSession } from '@otel-sessions/processor'
import { resetProcessState } from '@otel-sessions/semconv/internal'
import { afterEach, expect, it } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

afterEach(stopTracing)

function warningFor(key: string): string | undefined {
  resetProcessState()
  startTracing()
  const warnings = collectWarnings()
  usingSession({ sessionId: 's1_good', [key]: 1 } as never, () => {})
  expect(warnings).toHaveLength(1)
  return warnings[0]
}

it.each(['foo', 'theme', 'sesionId', 'trace_name', 'app.tenant'])(
  '%s is named, because it is ignored',
  (key) => {
    expect(warningFor(key)).toContain(`a property of a session is ignored: "${key}". The properties are`)
  },
)

it.each([
  ['user.id', 'userId'],
  ['session.id', 'sessionId'],
  ['SESSION_ID', 'sessionId'],
  ['conversation-id', 'conversationId'],
])('%s is named, with the property that is meant', (key, meant) => {
  expect(warningFor(key)).toContain(`"${key}" (did you mean ${meant}?)`)
})

it.each(['bob@example.com\r\nFAKE', 'user_1', '018f3c2e-7b1a', 'Ann Smith', 'é', ''])(
  'the name %j is not shown: it may be personal data or an ID, as in a map by user',
  (key) => {
    const warning = warningFor(key)
    expect(warning).toContain(`one whose name has ${key.length} character`)
    expect(warning?.replace(/\. The properties.*/, '')).not.toMatch(/bob|user|018f|Ann|é/)
  },
)

it('a name of more than 40 characters is not shown', () => {
  expect(warningFor('x'.repeat(40))).toContain('xxx')
  expect(warningFor('x'.repeat(41))).not.toContain('xxx')
})

it.each([
  ['', 'it is a string of 0 characters'],
  ['é', 'it is a string of 1 character;'],
  ['éé', 'it is a string of 2 characters'],
])('the length of the invalid ID %j is in the plural unless it is 1', (id, text) => {
  resetProcessState()
  const warnings = collectWarnings()
  usingSession(id, () => {})
  expect(warnings[0]).toContain(text)
})
