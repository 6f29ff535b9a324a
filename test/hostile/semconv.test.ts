import { checkSessionId, explainSession, readSessionAlias } from '@otel-sessions/semconv'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { runs } from '../deep/runs.ts'
import { anyCharacter } from '../support/any-character.ts'
import { fingerprint, hostileSets, same } from './hostile-attributes.ts'
import { hostileValue, idLike } from './hostile-values.ts'

// A read of a revoked proxy throws, and the stack costs more than the read.
Error.stackTraceLimit = 1

afterEach(() => {
  for (const key of ['session.id', 'thread_id', 'metadata'])
    delete (Object.prototype as Record<string, unknown>)[key]
})

test('no attribute set makes a reader throw, and none is changed', () => {
  fc.assert(
    fc.property(hostileSets, (make) => {
      const { attributes, target, hides, inherited } = make()
      const before = fingerprint(target)
      const match = readSessionAlias(attributes)
      const explained = explainSession(attributes)
      expect(same(fingerprint(target), before)).toBe(true)
      // Only enumerable properties are attributes; the explanation includes the others.
      if (!hides) expect([explained.id, explained.key]).toEqual([match?.id, match?.key])
      if (match === undefined) return
      expect(checkSessionId(match.id).ok).toBe(true)
      // A key inside the JSON of `metadata` has the same name as the flattened attribute.
      if (!match.key.startsWith('metadata.')) expect(inherited.has(match.key)).toBe(false)
    }),
    { numRuns: runs(30_000) },
  )
})

test('checkSessionId accepts or rejects any value, and never throws', () => {
  fc.assert(
    fc.property(hostileValue, (make) => {
      const value = make()
      const check = checkSessionId(value)
      if (check.ok) expect(check.id).toBe(value)
      else expect(check.reason).toBeTypeOf('string')
    }),
    { numRuns: runs(20_000) },
  )
})

test('the ID rule agrees with a loop over the characters, at every maximum length', () => {
  const maxLength = fc.option(fc.integer({ min: -1, max: 210 }), { nil: undefined })
  const ids = fc.oneof(
    idLike,
    fc.string({ unit: anyCharacter, maxLength: 220 }),
    fc.string({ maxLength: 220 }),
  )
  fc.assert(
    fc.property(ids, maxLength, (id, most) => {
      const check = checkSessionId(id, { maxLength: most })
      expect(check.ok ? 'ok' : check.reason).toBe(judge(id, most === undefined || most < 1 ? 199 : most))
    }),
    { numRuns: runs(20_000) },
  )
})

/** The ID rule, implemented again without a regular expression. */
function judge(id: string, most: number): string {
  let blank = true
  let control = false
  let foreign = false
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index)
    if (code !== 0x20) blank = false
    if (code < 0x20 || code === 0x7f) control = true
    if (code > 0x7f) foreign = true
  }
  if (blank) return 'empty'
  if (id.length > most) return 'too-long'
  if (control) return 'control-character'
  return foreign ? 'not-ascii' : 'ok'
}

test('a polluted Object.prototype does not provide a session', () => {
  Object.assign(Object.prototype, {
    'session.id': 'polluted',
    thread_id: 'polluted',
    metadata: '{"thread_id":"p"}',
  })
  expect(readSessionAlias({})).toBeUndefined()
  expect(readSessionAlias({ metadata: '{}' })).toBeUndefined()
  expect(explainSession({}).id).toBeUndefined()
})
