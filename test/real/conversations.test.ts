import { describe, expect, it } from 'vitest'
import { checkConversations } from './conversations.ts'

const KNOWN = {
  sessions: { user_1: ['a', 'b'], user_2: ['c'] },
  refused: { ids: ['invité'], traces: ['d'] },
}
const problemsOf = (listed: Record<string, string[]>) => checkConversations(listed, KNOWN).problems

describe('the check of the sessions that a backend lists', () => {
  it('finds nothing where each session has all its traces and the refused ones have none', () => {
    expect(checkConversations({ user_1: ['b', 'a'], user_2: ['c'] }, KNOWN)).toEqual({
      line: '2 of 2 sessions there with all their 3 traces and no other; 1 of 1 traces with refused IDs are in no session',
      problems: [],
    })
  })

  it('names a trace that its session lacks, and a session that is not there', () => {
    expect(problemsOf({ user_1: ['a'] })).toEqual([
      'session user_1 lacks its trace b',
      'session user_2 lacks its trace c',
    ])
  })

  it('names a trace in a session that is not its own', () => {
    expect(problemsOf({ user_1: ['a', 'b', 'd'], user_2: ['c'] })).toEqual([
      'session user_1 has trace d, which is not its own',
    ])
  })

  it('names a session with a refused ID, and one that nobody has', () => {
    expect(problemsOf({ user_1: ['a', 'b'], user_2: ['c'], invité: ['d'], other: [] })).toEqual([
      'a session is listed that has an ID that is refused, with 1 traces',
      'a session is listed that is nobody’s, with 0 traces',
    ])
  })

  it('does not pass where there was nothing to compare', () => {
    expect(checkConversations({}, { sessions: {}, refused: { ids: [], traces: [] } }).problems).toHaveLength(
      1,
    )
  })
})
