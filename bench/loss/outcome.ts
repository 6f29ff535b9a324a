import type { DeliveryStats } from '../support/persistent.ts'
import type { Pipeline } from './job.ts'

/** What the collector has received when a process has ended, and the outcomes of that process's last calls. */
interface Stage {
  readonly delivered: number
  readonly calls: string
}

/** The outcome of one scenario with one pipeline. */
export interface Outcome {
  readonly scenario: string
  readonly pipeline: Pipeline
  readonly made: number
  /** The process that created the spans. */
  readonly first: Stage & {
    readonly requests: number
    /** Requests that met the failure; refused connections are not counted. */
    readonly turnedAway: number
    readonly exitMillis: number
  }
  /** A new process with the same directory, with the collector available. */
  readonly afterRestart?: Stage
  /** Spans that the collector rejected permanently, before `redeliver()`. */
  readonly rejected: number
  /** In the same process for `memory`, in a third one for `journal`. */
  readonly afterRedeliver?: Stage
  /** Spans that no stage delivered. */
  readonly lost: number
  readonly duplicates: number
  /** Ours only: spans lost and counted, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Ours only: spans that no counter covers, or counters that do not add up. */
  readonly unaccounted?: number
}

/** Our pipelines count every span: this must be 0 at any time. */
export function imbalance(stats: DeliveryStats): number {
  const { ended, adopted, redelivered, delivered, rejected, dropped, queued, buffered } = stats
  const came = ended + adopted + redelivered
  return came - delivered - rejected - sumOf(dropped) - queued.spans - buffered
}

/** The broken promises, as text. The stock pipeline makes none. */
export function brokenPromises({ pipeline, lost, unaccounted = 0 }: Outcome): string[] {
  const problems: string[] = []
  if (unaccounted !== 0) problems.push(`${unaccounted} spans are unaccounted for`)
  if (pipeline === 'journal' && lost !== 0) problems.push(`${lost} spans are lost`)
  return problems
}

export const sumOf = (dropped: Readonly<Record<string, number>>): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, 0)
