import { describe, expect, test } from 'vitest'
import { observe } from './observe.ts'
import { declared } from './row.ts'
import { PROCESSES } from './rows/processes.ts'
import { OURS, THEIRS } from './subject.ts'

describe.each(PROCESSES)('$promise', (row) => {
  test.each([...THEIRS, ...OURS])('$name', async (subject) => {
    expect(await observe(row, subject, () => [])).toBe(declared(row, subject))
  })
})
