// Measures the contract and prints it, theirs beside ours. It fails if an outcome is not the declared one.

import { context, DiagLogLevel, diag } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { observe } from './observe.ts'
import { declared, type Row } from './row.ts'
import { CONTRACT } from './rows/index.ts'
import { OURS, type Subject, THEIRS } from './subject.ts'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const lines: string[] = []
const keep = (...parts: unknown[]) => void lines.push(parts.map(String).join(' '))
const logger = { error: keep, warn: keep, info: keep, debug: () => {}, verbose: () => {} }
diag.setLogger(logger, { logLevel: DiagLogLevel.INFO })

/** What the subjects of a side do: one outcome, or several where a journal makes a difference. */
async function outcomes(row: Row, subjects: readonly Subject[]): Promise<string> {
  const seen = await Promise.all(
    subjects.map(async (subject) => {
      const outcome = await observe(row, subject, () => lines)
      if (outcome === declared(row, subject)) return outcome
      process.exitCode = 1
      return `${outcome} (UNEXPECTED: ${subject.name})`
    }),
  )
  return [...new Set(seen)].join('; with a journal: ')
}

let kept = 0
let rows = 0
for (const [area, promises] of Object.entries(CONTRACT)) {
  console.log(`\n${area}`)
  const measured = await Promise.all(
    promises.map(async (row) => [row, await outcomes(row, THEIRS), await outcomes(row, OURS)] as const),
  )
  for (const [{ promise }, theirs, ours] of measured) {
    rows++
    if (theirs === ours) kept++
    console.log(theirs === ours ? `  = ${promise}\n      ${ours}` : `  ≠ ${promise}`)
    if (theirs !== ours) console.log(`      theirs: ${theirs}\n      ours:   ${ours}`)
  }
}
console.log(`\n${kept} of ${rows} promises are kept alike; ${rows - kept} differ, as declared`)
process.exit()
