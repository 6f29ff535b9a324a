import { describe, expect, it } from 'vitest'
import { checkConversations } from './conversations.ts'

const KNOWN = {
  sessions: { user_1: ['a', 'b'], user_2: ['c'] },
  invalid: { ids: ['invité'], traces: ['d'] },
}
const problemsOf = (listed: Record<string, string[]>) => checkConversations(listed, KNOWN).problems

describe('the check of the sessions that a backend lists', () => {
  it('finds no problem if each session has all its traces and the invalid IDs have none', () => {
    expect(checkConversations({ user_1: ['b', 'a'], user_2: ['c'] }, KNOWN)).toEqual({
      line: '2 of 2 sessions are complete, with 3 traces and no others; 1 of 1 traces with invalid IDs are in no session',
      problems: [],
    })
  })

  it('names the traces that a session lacks, also of a missing session', () => {
    expect(problemsOf({ user_1: ['a'] })).toEqual([
      'session user_1 lacks its trace b',
      'session user_2 lacks its trace c',
    ])
  })

  it('names a trace in the wrong session', () => {
    expect(problemsOf({ user_1: ['a', 'b', 'd'], user_2: ['c'] })).toEqual([
      'session user_1 has trace d, which is not its own',
    ])
  })

  it('names a session with an invalid ID, and one of no user', () => {
    expect(problemsOf({ user_1: ['a', 'b'], user_2: ['c'], invité: ['d'], other: [] })).toEqual([
      'a listed session has an invalid ID; traces: 1',
      'a listed session belongs to no user; traces: 0',
    ])
  })

  it('fails if there was nothing to compare', () => {
    expect(checkConversations({}, { sessions: {}, invalid: { ids: [], traces: [] } }).problems).toHaveLength(
      1,
    )
  })
})
