import { usingSession } from '@otel-sessions/processor'
import { expect, it } from 'vitest'
import { collectWarnings } from '../../../test/support/tracing.ts'

// In a file of its own, because it is logged once in a process.
it('a metadata value that is left out is logged with its type, and its key if that is a plain name', () => {
  const warnings = collectWarnings()
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  usingSession({ sessionId: 'user_1_conv_1', metadata: cyclic as never }, () => {})
  expect(warnings.filter((warning) => warning.includes('metadata'))).toEqual([
    expect.stringContaining(
      'a key of metadata, "self", is left out: it is a value of type object, not a string, a finite number or a boolean',
    ),
  ])
})
