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
  /** Spans that are set aside because the collector rejected them for good, before `redeliver()`. */
  readonly rejected: number
  /** The most that may be. */
  readonly mayReject?: number
  /** Ours only: spans that still wait after a restart because the collector does not take others. */
  readonly heldUp?: number
  /** In the same process for `memory`, in a third one for `journal`. */
  readonly afterRedeliver?: Stage
  /** Spans that no stage delivered. */
  readonly lost: number
  readonly duplicates: number
  /** Ours only: spans lost and counted, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Ours only: spans that no counter covers, or counters that do not add up. */
  readonly unaccounted?: number
  /** The shutdown that was longest beyond its bound, or the natural end of a process. */
  readonly shutdown: Shutdown
  /** Whether an answer that came while the process was stopped should have been read. */
  readonly isFrozen: boolean
}

/** How long a shutdown took, and how long it may take by the documentation. */
export interface Shutdown {
  readonly millis: number
  readonly boundMillis: number
}

/** How much longer than documented a shutdown may take beside nine other processes. */
const MARGIN_MILLIS = 3000

/** Our pipelines count every span: this must be 0 at any time. */
export function imbalance(stats: DeliveryStats): number {
  const { ended, adopted, redelivered, delivered, rejected, dropped, queued, buffered } = stats
  const came = ended + adopted + redelivered
  return came - delivered - rejected - sumOf(dropped) - queued.spans - buffered
}

/** The broken promises, as text. The stock pipeline makes none. */
export function brokenPromises(outcome: Outcome): string[] {
  const { pipeline, lost, rejected, heldUp = 0, unaccounted = 0, shutdown, duplicates } = outcome
  const problems: string[] = []
  if (pipeline === 'stock') return problems
  const mayReject = outcome.mayReject ?? Number.POSITIVE_INFINITY
  if (rejected > mayReject) problems.push(`${rejected} spans are set aside, not ${mayReject}`)
  if (heldUp > 0) problems.push(`${heldUp} spans wait behind those that the collector does not take`)
  if (outcome.isFrozen && duplicates > 0) problems.push(`${duplicates} spans are sent again`)
  if (shutdown.millis > shutdown.boundMillis + MARGIN_MILLIS)
    problems.push(`a shutdown takes ${seconds(shutdown.millis)} s, not ${seconds(shutdown.boundMillis)}`)
  if (unaccounted !== 0) problems.push(`${unaccounted} spans are unaccounted for`)
  if (pipeline === 'journal' && lost !== 0) problems.push(`${lost} spans are lost`)
  return problems
}

export const seconds = (millis: number): string => (millis / 1000).toFixed(1)

export const sumOf = (dropped: Readonly<Record<string, number>>): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, 0)
