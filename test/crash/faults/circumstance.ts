import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CrashCollector } from '../collector.ts'
import { Subject } from './subject.ts'
import type { FaultResult } from './trial.ts'

/** What happens to a processor from outside, and what may be lost by it. */
export interface Circumstance {
  readonly name: string
  /** How many spans may be lost, if they are counted. */
  readonly mayLose?: number
  readonly options?: { readonly minFreeDiskBytes?: number }
  /** Prepares the folder. @returns the processor's directory, if it is not the folder */
  before?(folder: string): string | undefined
  /** @returns what is wrong afterwards */
  during(
    subject: Subject,
    folder: string,
    directory: string,
  ): Promise<string | undefined> | string | undefined
  /** Restores the machine; always called. */
  after?(folder: string): void
}

/** Runs a processor of each durability under a circumstance, in a folder of its own. */
export async function liveThrough(
  collector: CrashCollector,
  circumstance: Circumstance,
): Promise<FaultResult> {
  const { name, options, mayLose = 0 } = circumstance
  const result = { name, trials: 0, spans: 0, lost: 0, violations: [] as string[] }
  for (const durability of ['batch', 'span'] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-machine-'))
    result.trials++
    try {
      const directory = circumstance.before?.(folder) ?? folder
      const subject = new Subject(collector, { directory, durability, ...options })
      const problem = await circumstance.during(subject, folder, directory)
      const { lost, violations } = await subject.finish(mayLose)
      if (problem !== undefined) violations.push(problem)
      result.spans += subject.ended
      result.lost += lost
      result.violations.push(
        ...violations.map((violation) => `${name}, durability ${durability}: ${violation}`),
      )
    } catch (error) {
      result.violations.push(`${name}, durability ${durability}: ${String(error)}`)
    } finally {
      circumstance.after?.(folder)
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return result
}
