import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import { rejected, retry, startSender } from './support/sender.ts'

afterEach(() => diag.disable())

// In a file of its own, because it is logged once in a process.
describe('what is wrong with an endpoint', () => {
  it('is logged for each endpoint, with its host and without the rest of its URL', async () => {
    const warnings = collectWarnings()
    for (const host of ['one.example:4318', 'two.example:4318', 'one.example:4318']) {
      const url = `https://user:secret@${host}/secret?key=secret`
      const { answer, append } = startSender({ maxExportBatchSize: 1, url })
      await append('a')
      await answer(rejected(401))
    }
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('endpoint one.example:4318 rejected 1 span with status 401')
    expect(warnings[1]).toContain('endpoint two.example:4318 rejected 1 span with status 401')
    expect(warnings.join()).not.toContain('secret')
  })

  it('is logged while an outage lasts, if a logger is set only after it has begun', async () => {
    const { advance, answer, append, clock } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    let warnings: string[] = []
    for (let i = 0; i < 5; i++) {
      if (i === 4) warnings = collectWarnings()
      await answer(retry())
      await advance(clock.waits[0] ?? 0)
    }
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('is unavailable')
  })
})
