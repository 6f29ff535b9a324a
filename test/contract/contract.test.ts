import { context, DiagLogLevel, diag } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { observe } from './observe.ts'
import { declared, isDifferent, type Row } from './row.ts'
import { CONTRACT, QUICK } from './rows/index.ts'
import { OURS, THEIRS } from './subject.ts'

const logged: string[] = []

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const log = (...parts: unknown[]) => void logged.push(parts.map(String).join(' '))
  const logger = { error: log, warn: log, info: log, debug: () => {}, verbose: () => {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.INFO, suppressOverrideMessage: true })
})

afterAll(() => {
  context.disable()
  diag.disable()
})

/**
 * What is declared as a difference has to be one: a difference that disappears fails, so that the table in
 * docs/reference/contract.md stays true.
 */
function checkRows(describeArea: typeof describe.concurrent, isOne: (row: Row) => boolean): void {
  for (const [area, all] of Object.entries(QUICK)) {
    const rows = all.filter(isOne)
    if (rows.length === 0) continue
    describeArea(area, () => {
      for (const row of rows) {
        describe(row.promise, () => {
          for (const subject of [...THEIRS, ...OURS]) {
            const outcome = declared(row, subject)
            test(`${subject.name}: ${outcome === row.kept ? 'kept' : outcome}`, async () => {
              expect(await observe(row, subject, () => logged)).toBe(outcome)
            })
          }
        })
      }
    })
  }
}

// The others would be no faster at the same time, and each exchange would wait for all of theirs, past its deadline.
checkRows(describe.concurrent, ({ waits }) => waits === true)
checkRows(describe, ({ waits }) => waits !== true)

test('each row that declares a difference says what is different', () => {
  const rows = Object.values(CONTRACT).flat().filter(isDifferent)
  for (const { promise, kept, theirs, ours, oursWithJournal } of rows) {
    const differences = [theirs, ours, oursWithJournal].filter((one) => one !== undefined)
    expect(differences, promise).not.toEqual([])
    expect(differences, promise).not.toContain(kept)
  }
})
