import { usingSession } from '@otel-sessions/processor'
import { expect, it } from 'vitest'
import { collectWarnings } from '../../../test/support/tracing.ts'

// In a file of its own, because it is said once in the life of a process.
it('what is left out of metadata is named by its key and its kind', () => {
  const warnings = collectWarnings()
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  usingSession({ sessionId: 'user_1_conv_1', metadata: cyclic as never }, () => {})
  expect(warnings.filter((warning) => warning.includes('metadata'))).toEqual([
    expect.stringContaining(
      'metadata "self" is left out: it is a value of type object; strings, finite numbers and booleans are taken',
    ),
  ])
})
