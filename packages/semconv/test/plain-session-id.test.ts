import { adviseSessionId, checkSessionId, createSessionId } from '@otel-sessions/semconv'
import { isPlainSessionId } from '@otel-sessions/semconv/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import { anyCharacter } from '../../../test/support/any-character.ts'

describe('isPlainSessionId', () => {
  it('is true only for IDs that are valid and not weak', () => {
    const weakOrNot = fc.oneof(
      fc.string({ maxLength: 30 }).map((text) => `user_123_conv_456${text}`),
      fc.string({ unit: anyCharacter, maxLength: 220 }),
      fc.string({ maxLength: 220 }),
      fc.constantFrom('session', 'conversation_999', 'undefined', '[object Object]', 'a@example.com'),
      fc
        .tuple(fc.string({ maxLength: 30 }), fc.constantFrom('@', ' ', '\u007f', 'é', ''))
        .map(([a, b]) => `${a}${b}${a}`),
    )
    let all = 0
    let passed = 0
    fc.assert(
      fc.property(weakOrNot, (id) => {
        all++
        if (!isPlainSessionId(id)) return
        passed++
        expect(checkSessionId(id)).toEqual({ ok: true, id })
        expect(adviseSessionId(id)).toEqual([])
      }),
      { numRuns: runs(5000) },
    )
    expect(passed / all).toBeGreaterThan(0.05)
  })

  it('is true for UUIDs and the usual composite IDs', () => {
    expect(isPlainSessionId(createSessionId())).toBe(true)
    expect(isPlainSessionId('user_123_conv_456')).toBe(true)
    expect(isPlainSessionId('x'.repeat(200))).toBe(false)
  })
})

describe('advice', () => {
  it('takes an @ and a dot for an address only with a letter or a digit after the first inner dot', () => {
    const alphabet = fc.constantFrom('a', '0', '.', '@', '-', ' ')
    const before = /^[^\s@]+@[^\s@]+\.[^\s@]*[a-z0-9][^\s@]*$/i
    const value = fc.string({ unit: alphabet, maxLength: 12 })
    fc.assert(
      fc.property(value, (id) => {
        expect(adviseSessionId(id).includes('looks-like-email')).toBe(before.test(id))
      }),
      { numRuns: runs(20_000) },
    )
  })
})
