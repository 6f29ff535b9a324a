import { describe, expect, it } from 'vitest'
import { retryAfterMillis } from '../../../src/persistent/sending/http/answers.ts'

const SENT = 'Sun, 06 Nov 1994 08:49:37 GMT'

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['30', 30_000],
    [' 7 ', 7000],
    ['31536000', 31_536_000_000],
    ['Sun, 06 Nov 1994 08:50:37 GMT', 60_000],
    ['Sunday, 06-Nov-94 08:50:37 GMT', 60_000],
    ['Sun Nov  6 08:50:37 1994', 60_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ])('%s is valid', (value, millis) => {
    expect(retryAfterMillis(value, SENT)).toBe(millis)
  })

  it.each(['', 'soon', '-1', '1.5', '1e3', '0x10', 'Sun, soon', '2030-01-01', '30 s'])(
    '%s is invalid',
    (value) => {
      expect(retryAfterMillis(value, SENT)).toBeUndefined()
    },
  )

  it('is compared with our own clock if the endpoint sends no date', () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString()
    for (const date of [undefined, 'garbage']) {
      const millis = retryAfterMillis(inAnHour, date)
      expect(millis).toBeGreaterThan(3_500_000)
      expect(millis).toBeLessThanOrEqual(3_600_000)
    }
  })

  it('is undefined without the header', () => {
    expect(retryAfterMillis(undefined, SENT)).toBeUndefined()
  })
})
