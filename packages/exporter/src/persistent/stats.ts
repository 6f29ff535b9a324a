import { sayOnce } from '../report.ts'
import type { SessionExporterStats } from '../stats.ts'

/** Why a span is lost. */
export type DroppedReason =
  /** The journal, or the memory that stands in for it, was full. */
  | 'overflow'
  /** Nobody took it within `maxAge`. */
  | 'expired'
  /** The file that it stood in was damaged. */
  | 'corrupt'
  /** It could not be delivered before the process ended, and there is no journal. */
  | 'shutdown'
  /** It ended after the shutdown. */
  | 'after-shutdown'
  /** Reading it throws. */
  | 'unreadable'
  /** The receiver took the request, and said that it did not take all spans. */
  | 'partial-success'
  /** The receiver refused it for good, and it could not be kept, or not any longer. */
  | 'rejected'
  /** The application said `purge()`. */
  | 'purged'

/** What a processor counts, in spans where nothing else is said. */
export interface DeliveryCounts {
  /** Spans that ended and were handed to the processor. */
  readonly ended: number
  /** Spans found in what a process that has died left behind. */
  readonly adopted: number
  /** Spans that the receiver has acknowledged. */
  readonly delivered: number
  /** Spans lost, by reason. */
  readonly dropped: Readonly<Partial<Record<DroppedReason, number>>>
  /** Spans refused for good by the receiver and kept to be sent again by `redeliver()`. */
  readonly rejected: number
  /** Spans that `redeliver()` has put into the queue again. */
  readonly redelivered: number
  /** Requests sent. */
  readonly requests: number
  /** Requests that failed and that may be repeated. */
  readonly retried: number
  /** Records in the journal that were damaged and skipped. */
  readonly corrupt: number
  /** Files of the journal that were not written whole: their process was killed, or the power was lost. */
  readonly torn: number
}

/** What waits to be delivered. */
export interface Queued {
  readonly spans: number
  /** Of their bodies. */
  readonly bytes: number
  /** Milliseconds, by a clock that is never set back; 0 where nothing waits. */
  readonly oldestAgeMillis: number
}

/**
 * What became of the spans of a `PersistentBatchSpanProcessor`. At every moment
 * `ended + adopted + redelivered` is `delivered + rejected + queued.spans + buffered` and all of `dropped`.
 */
export interface DeliveryStats extends DeliveryCounts {
  /** What waits to be acknowledged by the receiver, what is being sent included. */
  readonly queued: Queued
  /** Spans that have ended and are not queued yet: at most 64, but for what waits for its trace, or for its resource. */
  readonly buffered: number
  /** Of the queued spans, those that are in memory alone: being written, without a directory, or while the disk is full. */
  readonly unwritten: number
  /** Whether what ends now reaches the journal: false without a directory, and while the disk cannot be written to. */
  readonly isOnDisk: boolean
  /** What the gate counted; undefined without one. */
  readonly gate: SessionExporterStats | undefined
}

/** One object, which all parts of a processor write to. */
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

/** What nobody else says: the others are the answer to a call, or said with what the receiver answered. */
const WORTH_SAYING: Readonly<Partial<Record<DroppedReason, string>>> = {
  overflow: 'there is no more room for what waits: see the options maxBytes and maxMemoryBytes',
  expired: 'they have waited longer than maxAge',
  corrupt: 'the file in which they stood is damaged',
  unreadable: 'reading them throws',
  rejected:
    'the receiver refused them for good, and there is no room to keep them: see the option maxRejectedBytes',
}

/** Counts spans as lost, and says the first of each reason. */
export function countDropped(counters: DeliveryCounters, reason: DroppedReason, spans: number): void {
  if (spans <= 0) return
  counters.dropped[reason] = (counters.dropped[reason] ?? 0) + spans
  const why = WORTH_SAYING[reason]
  if (why !== undefined) {
    sayOnce(`dropped:${reason}`, () => `spans are lost, which stats().dropped.${reason} counts: ${why}`)
  }
}

/** What was not delivered and will not be by itself, by reason. */
export type Losses = Readonly<Record<string, number>>

export const lossesOf = ({ dropped, rejected }: DeliveryCounters): Losses => ({
  ...dropped,
  refused: rejected,
})

/** What came on top, in words; undefined where nothing did. */
export function lostSince(before: Losses, counters: DeliveryCounters): string | undefined {
  const more = Object.entries(lossesOf(counters))
    .map(([reason, count]) => [reason, count - (before[reason] ?? 0)] as const)
    .filter(([, count]) => count > 0)
  return more.length === 0 ? undefined : more.map(([reason, count]) => `${count} ${reason}`).join(', ')
}
