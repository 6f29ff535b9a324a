import { problems } from '../problems.ts'
import type { ValidationStats } from '../validation/stats.ts'

/** Why a span is lost. */
export type DroppedReason =
  /** The journal, or the memory used instead, was full. */
  | 'overflow'
  /** It was not accepted within `maxAge`. */
  | 'expired'
  /** The journal file that contained it was damaged. */
  | 'corrupt'
  /** Another process took the journal over that contained it, and delivers it; or the journal was deleted. */
  | 'taken-over'
  /** It was not delivered before the process exited, and there is no journal. */
  | 'shutdown'
  /** It ended after the shutdown. */
  | 'after-shutdown'
  /** Reading it throws. */
  | 'unreadable'
  /** The endpoint accepted the request but not all of its spans. */
  | 'partial-success'
  /** The endpoint rejected it, and there is no space to keep it, or only memory kept it and the process ended. */
  | 'rejected'
  /** The application called `purge()`. */
  | 'purged'

/** What a processor counts, in spans unless noted otherwise. */
export interface DeliveryCounts {
  /** Spans that ended and were handed to the processor. */
  readonly ended: number
  /** Spans of other processes: from the journals of dead ones, and rejected spans that this process deleted. */
  readonly adopted: number
  /** Spans that the endpoint acknowledged. */
  readonly delivered: number
  /** Lost spans, by reason. */
  readonly dropped: Readonly<Partial<Record<DroppedReason, number>>>
  /** Spans that the endpoint rejected, and that are kept for `redeliver()`. */
  readonly rejected: number
  /** Spans that `redeliver()` has put back into the queue. */
  readonly redelivered: number
  /** Requests sent. */
  readonly requests: number
  /** Requests that failed and are retried. */
  readonly retried: number
  /** Damaged records in the journal that were skipped. */
  readonly corrupt: number
  /** Journal files with an incomplete last record: their process was killed, or power was lost. */
  readonly torn: number
}

/** What is queued. */
export interface Queued {
  readonly spans: number
  /** The size of their request bodies. */
  readonly bytes: number
  /** Milliseconds, by a clock that is never set back; 0 if nothing is queued. */
  readonly oldestAgeMillis: number
}

/**
 * What became of the spans of a `PersistentBatchSpanProcessor`. At any moment, `ended + adopted + redelivered` equals
 * `delivered + rejected + queued.spans + buffered` plus all of `dropped`.
 */
export interface DeliveryStats extends DeliveryCounts {
  /** Spans that the endpoint has not acknowledged yet, those in flight included. */
  readonly queued: Queued
  /** Spans that have ended and are not queued yet: at most 64, plus those that wait for their trace or resource. */
  readonly buffered: number
  /** Queued spans in memory only: they are being written, there is no directory, or the disk is full. */
  readonly unwritten: number
  /** Whether new spans reach the journal: false without a directory, and while the disk cannot be written to. */
  readonly isOnDisk: boolean
  /** What session validation counted; undefined with `session: false`. */
  readonly session: ValidationStats | undefined
}

/** The counters of a processor; all its parts write to this one object. */
export type DeliveryCounters = { -readonly [Name in keyof DeliveryCounts]: DeliveryCounts[Name] } & {
  readonly dropped: Partial<Record<DroppedReason, number>>
}

export const newDeliveryCounters = (): DeliveryCounters => ({
  ended: 0,
  adopted: 0,
  delivered: 0,
  dropped: {},
  rejected: 0,
  redelivered: 0,
  requests: 0,
  retried: 0,
  corrupt: 0,
  torn: 0,
})

/** Reasons that are logged. The others follow from a call of the application, or are logged with the answer. */
const LOGGED: Readonly<Partial<Record<DroppedReason, string>>> = {
  overflow: 'the queue is full; see the options maxBytes and maxMemoryBytes',
  expired: 'they have waited longer than maxAge',
  corrupt: 'their journal file is damaged',
  unreadable: 'reading them throws',
  rejected: 'the endpoint rejected them, and there is no space to keep them; see the option maxRejectedBytes',
}

/**
 * Counts spans as lost, and logs the first of each reason: after the work that is going on, because a logger of the
 * application may look at `stats()`, or end spans.
 *
 * @param why says it more exactly than the reason
 */
export function countDropped(
  counters: DeliveryCounters,
  reason: DroppedReason,
  spans: number,
  why = LOGGED[reason],
): void {
  if (spans <= 0) return
  counters.dropped[reason] = (counters.dropped[reason] ?? 0) + spans
  if (why === undefined) return
  const message = () => `spans are lost: ${why}. stats().dropped.${reason} counts them`
  queueMicrotask(() => problems.report(`dropped:${reason}`, message, why))
}

/** Spans that will not be delivered by themselves, by reason. */
export type Losses = Readonly<Record<string, number>>

/** Those that are lost, and those that are rejected and kept. */
export const lossesOf = ({ dropped, rejected }: DeliveryCounters): Losses => ({
  ...dropped,
  'rejected (kept)': rejected,
})

/** Describes by how much losses have grown; undefined if they have not. */
export function growthOf(before: Losses, after: Losses): string | undefined {
  const more = Object.entries(after)
    .map(([reason, count]) => [reason, count - (before[reason] ?? 0)] as const)
    .filter(([, count]) => count > 0)
  return more.length === 0 ? undefined : more.map(([reason, count]) => `${count} ${reason}`).join(', ')
}

/** A number of spans as text, such as `1 span`. */
export const spansText = (count: number): string => `${count} ${count === 1 ? 'span' : 'spans'}`
