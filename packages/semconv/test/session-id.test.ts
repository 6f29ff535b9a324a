import {
  adviseSessionId,
  checkSessionId,
  createSessionId,
  SESSION_ID_MAX_LENGTH,
} from '@otel-sessions/semconv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('the session ID rule', () => {
  it('accepts every string of 1 to 199 printable US-ASCII characters that is not blank, unchanged', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    })
    fc.assert(
      fc.property(printable, (id) => {
        const valid = id.length >= 1 && id.length <= 199 && id.replaceAll(' ', '') !== ''
        expect(checkSessionId(id).ok).toBe(valid)
        if (valid) expect(checkSessionId(id)).toEqual({ ok: true, id })
      }),
    )
  })

  it('returns one reason, the first in the documented order', () => {
    expect(checkSessionId(' '.repeat(300))).toEqual({ ok: false, reason: 'empty' })
    expect(checkSessionId('é'.repeat(200))).toEqual({ ok: false, reason: 'too-long' })
    expect(checkSessionId('é\n')).toEqual({ ok: false, reason: 'control-character' })
    expect(checkSessionId('é')).toEqual({ ok: false, reason: 'not-ascii' })
  })

  it('accepts 199 characters and rejects 200', () => {
    expect(SESSION_ID_MAX_LENGTH).toBe(199)
    expect(checkSessionId('x'.repeat(199)).ok).toBe(true)
    expect(checkSessionId('x'.repeat(200))).toEqual({ ok: false, reason: 'too-long' })
  })

  it('accepts another maximum, and uses the default if that is not a whole number', () => {
    expect(checkSessionId('x'.repeat(65), { maxLength: 64 })).toEqual({ ok: false, reason: 'too-long' })
    expect(checkSessionId('x'.repeat(200), { maxLength: 200 }).ok).toBe(true)
    for (const maxLength of [Number.NaN, 0, -1, 1.5, Number.POSITIVE_INFINITY]) {
      expect(checkSessionId('x'.repeat(200), { maxLength }).ok).toBe(false)
      expect(checkSessionId('x'.repeat(199), { maxLength }).ok).toBe(true)
    }
  })
})

describe('advice', () => {
  it('lists everything that is weak about an ID, in the documented order', () => {
    expect(adviseSessionId('test')).toEqual(['generic'])
    expect(adviseSessionId('chat-007')).toEqual(['generic'])
    expect(adviseSessionId('Chat-007')).toEqual(['generic'])
    expect(adviseSessionId('chat-0007')).toEqual([])
    expect(adviseSessionId('NULL')).toEqual(['placeholder'])
    expect(adviseSessionId(' ann@example.com')).toEqual(['surrounding-blank'])
    expect(adviseSessionId('user_123_conv_456 ')).toEqual(['surrounding-blank'])
    expect(adviseSessionId('ann@example.com')).toEqual(['looks-like-email'])
    expect(adviseSessionId('user_123_conv_456')).toEqual([])
  })

  // A pattern that tries every dot or every @ as the end of a part takes half an hour for one of these.
  it.each([
    ['dots', `a@${'.'.repeat(1_000_000)}`],
    ['dots before a blank', `a@${'b.'.repeat(500_000)} `],
    ['no dot', `a@${'b'.repeat(1_000_000)}`],
    ['no @', 'a'.repeat(1_000_000)],
    ['many @', 'a@'.repeat(500_000)],
    ['digits', `session${'1'.repeat(1_000_000)}`],
    ['a tag without an end', `[object ${'x'.repeat(1_000_000)}`],
  ])('is given for a value of any length, read once: %s', (_, value) => {
    expect(adviseSessionId(value)).not.toContain('looks-like-email')
    expect(adviseSessionId(`${value} `)).toEqual(['surrounding-blank'])
  })
})

describe('createSessionId', () => {
  it('creates a UUID v7, whatever the random bytes are', () => {
    const ids = Array.from({ length: 1_000 }, createSessionId)
    const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(ids.filter((id) => !uuid7.test(id))).toEqual([])
    expect(new Set(ids.map((id) => id.slice(15, 18))).size).toBeGreaterThan(500)
    expect(new Set(ids.map((id) => id[19]))).toEqual(new Set(['8', '9', 'a', 'b']))
  })

  it('creates a valid ID that begins with the time in milliseconds', () => {
    const before = Date.now()
    const id = createSessionId()
    const after = Date.now()
    const millis = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
    expect(millis).toBeGreaterThanOrEqual(before)
    expect(millis).toBeLessThanOrEqual(after)
    expect(checkSessionId(id)).toEqual({ ok: true, id })
    expect(adviseSessionId(id)).toEqual([])
  })

  it('creates no ID twice', () => {
    const ids = new Set(Array.from({ length: 10_000 }, createSessionId))
    expect(ids.size).toBe(10_000)
  })
})
