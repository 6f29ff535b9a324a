import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CrashCollector } from '../collector.ts'
import { type Journal, leaveJournals } from '../faults/journal.ts'
import type { FaultResult } from '../faults/trial.ts'
import { Survivor } from './survivor.ts'

/** How a disk is made to hang, and to go on. */
export interface Hanging {
  readonly name: string
  /** A folder on the disk. */
  folder(): string
  hang(subject: Survivor): Promise<void>
  goOn(subject: Survivor): Promise<void>
}

/** How long the disk hangs while spans are sent. */
const HANGS_MILLIS = 8000
/** Otherwise it hangs until the shutdown is over, or for this long: then the shutdown waits for it. */
const HANGS_AT_MOST_MILLIS = 30_000
/** A blocked event loop on a busy machine; the disk hangs for longer. */
const BLOCKED_MILLIS = 1000
/**
 * At once. Twice as many fill no second record in one turn of the event loop: that would be a burst, which is written
 * within `span.end()`, as long as the disk takes.
 */
const SPANS = 60
const LENGTH = 100

/** A preload in the process itself. */
export const injected: Hanging = {
  name: 'injected',
  folder: () => mkdtempSync(join(tmpdir(), 'otel-sessions-hanging-')),
  hang: async ({ remote }) => void (await remote.order({ kind: 'hang' })),
  goOn: async ({ remote }) => void (await remote.order({ kind: 'go on' })),
}

interface Scene {
  readonly name: string
  readonly findsJournals?: boolean
  /** Ends when the disk may go on: in the end of the time, or of the shutdown. */
  play(subject: Survivor): Promise<void>
}

const SCENES: readonly Scene[] = [
  {
    name: 'while spans are sent',
    async play({ remote }) {
      for (let burst = 0; burst < 20; burst++) {
        await remote.order({ kind: 'end', spans: 20, length: LENGTH })
        await pause(HANGS_MILLIS / 20)
      }
    },
  },
  {
    name: 'at the shutdown',
    async play(subject) {
      await subject.remote.order({ kind: 'end', spans: SPANS, length: LENGTH })
      await subject.shutdown()
    },
  },
  {
    name: 'during a takeover, and at the shutdown',
    findsJournals: true,
    async play(subject) {
      await subject.remote.order({ kind: 'end', spans: SPANS, length: LENGTH })
      await subject.shutdown()
    },
  },
]

/** Lets a disk hang while a processor works on it. */
export async function runHanging(
  collector: CrashCollector,
  journal: Journal,
  hanging: Hanging,
): Promise<FaultResult[]> {
  const results: FaultResult[] = []
  for (const scene of SCENES) {
    const folder = hanging.folder()
    if (scene.findsJournals) leaveJournals(journal, folder, 12)
    const subject = await Survivor.start(collector, folder)
    const { remote } = subject
    await remote.order({ kind: 'end', spans: SPANS, length: LENGTH })
    if (!scene.findsJournals) await remote.order({ kind: 'settle' })
    await remote.order({ kind: 'watch' })
    await hanging.hang(subject)
    const isPlayed = scene.play(subject)
    const tooLong = new AbortController()
    await Promise.race([isPlayed, pause(HANGS_AT_MOST_MILLIS, undefined, tooLong)])
    tooLong.abort()
    await hanging.goOn(subject)
    await isPlayed
    const { blockedMillis = 0 } = await remote.order({ kind: 'watched' })
    const name = `the disk hangs (${hanging.name}) ${scene.name}`
    const found = scene.findsJournals ? journal.records.map(({ id }) => id) : []
    const result = await subject.judge(name, found)
    const problems = [...result.violations]
    if (blockedMillis > BLOCKED_MILLIS)
      problems.push(`${name}: the event loop is blocked for ${Math.round(blockedMillis)} ms`)
    results.push({ ...result, violations: problems })
    rmSync(folder, { recursive: true, force: true })
  }
  return results
}
