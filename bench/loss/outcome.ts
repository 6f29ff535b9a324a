import type { DeliveryStats } from '../support/persistent.ts'
import type { Pipeline } from './job.ts'

/** What the collector has after a process has ended, and what that process said of its end. */
interface Stage {
  readonly delivered: number
  readonly said: string
}

/** What became of the spans of one scenario in one pipeline. */
export interface Outcome {
  readonly scenario: string
  readonly pipeline: Pipeline
  readonly made: number
  /** The process that made them. */
  readonly first: Stage & {
    readonly requests: number
    /** Requests that met the trouble; those that found nobody listening are not counted. */
    readonly turnedAway: number
    readonly exitMillis: number
  }
  /** A new process on the same directory, with the collector up. */
  readonly afterRestart?: Stage
  /** Spans that were set aside because the collector refused them for good; before `redeliver()`. */
  readonly rejected: number
  /** In the same process for `memory`, in a third one for `journal`. */
  readonly afterRedeliver?: Stage
  /** Spans that no stage delivered. */
  readonly lost: number
  readonly duplicates: number
  /** Of ours: spans lost and counted, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Of ours: spans of which nobody knows what became of them, or counters that do not add up. */
  readonly unaccounted?: number
}

/** Ours keep count of every span: this must be 0 at any time. */
export function imbalance(stats: DeliveryStats): number {
  const { ended, adopted, redelivered, delivered, rejected, dropped, queued, buffered } = stats
  const came = ended + adopted + redelivered
  return came - delivered - rejected - sumOf(dropped) - queued.spans - buffered
}

/** What is not as promised, in words. The stock pipeline promises nothing here. */
export function brokenPromises({ pipeline, lost, unaccounted = 0 }: Outcome): string[] {
  const problems: string[] = []
  if (unaccounted !== 0) problems.push(`${unaccounted} spans are unaccounted for`)
  if (pipeline === 'journal' && lost !== 0) problems.push(`${lost} spans are lost`)
  return problems
}

export const sumOf = (dropped: Readonly<Record<string, number>>): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, 0)
