import { readFileSync } from 'node:fs'
import { adviseSessionId, checkSessionId, explainSession, readSessionAlias } from '@otel-sessions/semconv'
import { describe, expect, it } from 'vitest'

interface IdCase {
  value: unknown
  valid: boolean
  reason?: string
  advice?: string[]
  note: string
}
interface AliasCase {
  attributes: Record<string, unknown>
  id: string | null
  key: string | null
  note: string
}

function casesOf<T>(file: string): T[] {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).cases
}

const show = (value: unknown) => JSON.stringify(value).slice(0, 60)

describe('the session ID rule matches the conformance cases', () => {
  for (const { value, valid, reason, advice, note } of casesOf<IdCase>('session-ids.json')) {
    it(`${show(value)} is ${valid ? 'valid' : `refused: ${reason}`} (${note})`, () => {
      expect(checkSessionId(value)).toEqual(valid ? { ok: true, id: value } : { ok: false, reason })
      if (valid) expect(adviseSessionId(value as string)).toEqual(advice)
    })
  }
})

describe('the alias table matches the conformance cases', () => {
  for (const { attributes, id, key, note } of casesOf<AliasCase>('aliases.json')) {
    it(`${show(attributes)} names ${id === null ? 'nothing' : `"${id}" by ${key}`} (${note})`, () => {
      expect(readSessionAlias(attributes)).toEqual(id === null ? undefined : { id, key })
      expect(explainSession(attributes)).toMatchObject({ id: id ?? undefined, key: key ?? undefined })
    })
  }
})
