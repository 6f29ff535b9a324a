import { rmSync } from 'node:fs'
import type { CrashCollector } from '../collector.ts'
import { writeJournal } from '../faults/journal.ts'
import type { FaultResult } from '../faults/trial.ts'
import { runDescriptors } from './descriptors.ts'
import { injected, runHanging } from './hang.ts'

/** What a disk may do to a process that has its journal there, as far as every machine can show it. */
export async function runDisks(collector: CrashCollector): Promise<FaultResult[]> {
  const journal = await writeJournal(collector, {
    format: 'http/protobuf',
    acknowledged: 0,
    spans: 20,
    length: 2000,
  })
  const results = await Promise.all([
    runHanging(collector, journal, injected),
    process.platform === 'win32' ? [] : runDescriptors(collector, journal),
  ])
  rmSync(journal.directory, { recursive: true, force: true })
  return results.flat()
}
