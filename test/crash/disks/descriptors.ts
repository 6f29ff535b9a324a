import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CrashCollector } from '../collector.ts'
import { type Journal, leaveJournals } from '../faults/journal.ts'
import type { FaultResult } from '../faults/trial.ts'
import { Survivor } from './survivor.ts'

/** A process that may open no more files, nor sockets. */
const FEW = ['sh', '-c', 'ulimit -n 64 && exec "$@"', 'sh'] as const

/** Lets a process have no file descriptors left while it writes and takes over, for a while or to its end. */
export async function runDescriptors(collector: CrashCollector, journal: Journal): Promise<FaultResult[]> {
  const results: FaultResult[] = []
  for (const isForAWhile of [true, false]) {
    const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-descriptors-'))
    leaveJournals(journal, folder, 12)
    const subject = await Survivor.start(collector, folder, FEW)
    const { remote } = subject
    await remote.order({ kind: 'fill descriptors' })
    await remote.order({ kind: 'end', spans: 100, length: 100 })
    await pause(300)
    await remote.order({ kind: 'end', spans: 100, length: 100 })
    if (isForAWhile) await remote.order({ kind: 'free descriptors' })
    else await subject.shutdown()
    await remote.order({ kind: 'free descriptors' })
    const name = `no file descriptors ${isForAWhile ? 'for a while' : 'until after the shutdown'}`
    const found = journal.records.map(({ id }) => id)
    results.push(await subject.judge(name, found))
    rmSync(folder, { recursive: true, force: true })
  }
  return results
}
