import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeliveryStats } from '@otel-sessions/exporter/persistent'
import { CLIENT_HEADER, type CrashCollector, newClient } from '../collector.ts'
import { drain, unaccounted } from '../drain.ts'
import type { Journal, RecordPlace } from './journal.ts'

/** One kind of damage, tried in many places. */
export interface FaultResult {
  readonly name: string
  readonly trials: number
  /** Spans that were allowed not to arrive, and did not, over all trials. */
  readonly spans: number
  readonly lost: number
  /** The longest shutdown, or end of a process, and how long it may take by the documentation. */
  readonly longest?: { readonly millis: number; readonly boundMillis: number }
  readonly violations: readonly string[]
}

/** What is done to a copy of a journal, and what may be lost by it. */
export interface Damage {
  /** For the message of a violation. */
  readonly what: string
  /** @param folder the path of the folder of the process that was killed, in the journal's directory */
  do(folder: string, directory: string): void
  /** Restores the machine; always called. */
  undo?(): void
  mayLose?(record: RecordPlace): boolean
  /** Checks what else has to be true. */
  check?(stats: DeliveryStats, lost: readonly string[]): string | undefined
  /** Whether nothing is left that could tell how much is lost. */
  readonly isSilent?: boolean
  /** Whether files stay that no process can use. */
  readonly leaves?: boolean
}

/** Damages copies of a journal, one way after the other, and lets a processor deliver what is left of each. */
export async function tryDamages(
  name: string,
  collector: CrashCollector,
  journal: Journal,
  damages: Iterable<Damage>,
): Promise<FaultResult> {
  const result = { name, trials: 0, spans: 0, lost: 0, violations: [] as string[] }
  for (const damage of damages) {
    const { lost, violations } = await tryDamage(collector, journal, damage)
    result.trials++
    result.spans += journal.records.length
    result.lost += lost
    result.violations.push(...violations.map((violation) => `${name}, ${damage.what}: ${violation}`))
  }
  return result
}

async function tryDamage(collector: CrashCollector, journal: Journal, damage: Damage) {
  const directory = mkdtempSync(join(tmpdir(), 'otel-sessions-fault-'))
  const client = newClient(collector, 'trial', 'kind')
  const { violations } = client
  let lost: string[] = []
  try {
    cpSync(journal.directory, directory, { recursive: true })
    damage.do(join(directory, journal.folder), directory)
    const headers = { [CLIENT_HEADER]: 'trial' }
    const { stats, complaint } = await drain({ url: collector.url, headers, directory, minFreeDiskBytes: 0 })
    const arrived = new Set(client.requests.flatMap(({ ids }) => ids))
    const missing = journal.records.filter(({ id }) => !arrived.has(id))
    lost = missing.map(({ id }) => id)
    const wronged = missing.filter((record) => !damage.mayLose?.(record))
    if (wronged.length > 0) violations.push(`lost ${wronged.map(({ id }) => id).join(', ')}`)
    const problems = [
      unaccounted(stats),
      damage.check?.(stats, lost),
      lost.length === 0 ? complaint : undefined,
    ]
    violations.push(...problems.filter((problem) => problem !== undefined))
    if (lost.length > 0 && stats.corrupt + stats.torn === 0 && !damage.isSilent)
      violations.push('what is lost is not counted')
    const left = readdirSync(directory, { recursive: true }).filter((path) => path !== 'rejected')
    if (left.length > 0 && !damage.leaves) violations.push(`left behind: ${left.join(', ')}`)
  } catch (error) {
    violations.push(`it does not start: ${String(error)}`)
  } finally {
    damage.undo?.()
    rmSync(directory, { recursive: true, force: true })
  }
  return { lost: lost.length, violations }
}
