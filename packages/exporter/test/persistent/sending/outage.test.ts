import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import { accepted, retry, startSender } from './support/sender.ts'

afterEach(() => diag.disable())

// An outage is logged once in a process; this test file has a process of its own.
describe('an unavailable endpoint', () => {
  it('is logged once, at the third failure, without the path of the URL', async () => {
    const warnings = collectWarnings()
    const url = 'https://user:secret@otlp.example:4318/secret?key=secret'
    const { advance, answer, append, clock } = startSender({ maxExportBatchSize: 1, url })
    await append('a')
    for (let i = 0; i < 5; i++) {
      expect(warnings).toHaveLength(i < 3 ? 0 : 1)
      await answer(retry())
      await advance(clock.waits[0] ?? 0)
    }
    expect(warnings[0]).toContain('endpoint otlp.example:4318 is unavailable (503)')
    expect(warnings[0]).not.toContain('secret')
  })

  it('is known from the first failure to the next answer, so that what is lost at an exit has a reason', async () => {
    const { advance, answer, append, clock, sender } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    expect(sender.problem).toBeUndefined()
    await answer(retry())
    expect(sender.problem).toMatch(/^endpoint .* is unavailable \(503\)$/)
    await advance(clock.waits[0] ?? 0)
    await answer(accepted)
    expect(sender.problem).toBeUndefined()
  })
})
