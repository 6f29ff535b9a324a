import type { DialectCounters, DialectReason } from './dialect-problems.ts'
import type { DropReason } from './gate.ts'
import type { GivenUp } from './hold.ts'

/** Why a call of the wrapped exporter counts as failed. */
export type FailureReason = 'result' | 'threw' | 'timed-out' | 'second-callback' | 'after-shutdown'

/** What a `SessionSpanExporter` counted. */
export interface SessionExporterStats {
  /** Spans handed to the wrapped exporter, or about to be. */
  readonly spans: number
  /** Spans of those that were handed on with other attributes than the SDK's span has. */
  readonly changed: number
  /** `session.id` attributes that were not shipped, by reason. The span was. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Spans on which a dialect could not be given something, by its name and the reason; the others were. */
  readonly dialects: Readonly<Record<string, Readonly<Partial<Record<DialectReason, number>>>>>
  /** Spans that were shipped with what `onInvalid` made of an invalid session ID. */
  readonly replaced: number
  /** Spans that nobody named, and that got the session of their trace (`fillFromTrace`). */
  readonly filled: number
  /** Spans that wait for their trace at this moment. */
  readonly held: number
  /**
   * Spans that were shipped without a session because they could not wait until their trace had ended: their `time`
   * was over, a larger `number` waited than may, or a `flush` or shutdown shipped everything.
   */
  readonly givenUp: Readonly<Partial<Record<GivenUp, number>>>
  /** Spans on which another session had been written over the stated one, put back here and not by the processor. */
  readonly conflicts: number
  /** Spans without a record whose `metadata` is longer than 32 kB, so that no alias was looked for in it. */
  readonly metadataNotRead: number
  /** Spans that were handed on as they are, because reading them throws. */
  readonly unreadable: number
  /** Calls of the wrapped exporter that failed, by reason; `second-callback` counts calls, not failures. */
  readonly failures: Readonly<Partial<Record<FailureReason, number>>>
}

/** The counters behind `SessionExporterStats`. */
export interface Counters {
  spans: number
  changed: number
  dropped: Partial<Record<DropReason, number>>
  dialects: DialectCounters
  replaced: number
  filled: number
  givenUp: Partial<Record<GivenUp, number>>
  conflicts: number
  metadataNotRead: number
  unreadable: number
  failures: Partial<Record<FailureReason, number>>
}

export const newCounters = (): Counters => ({
  spans: 0,
  changed: 0,
  dropped: {},
  dialects: new Map(),
  replaced: 0,
  filled: 0,
  givenUp: {},
  conflicts: 0,
  metadataNotRead: 0,
  unreadable: 0,
  failures: {},
})

export function increment<K extends string>(counts: Partial<Record<K, number>>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1
}

export const statsOf = (counters: Counters, held: number): SessionExporterStats => ({
  ...counters,
  held,
  givenUp: { ...counters.givenUp },
  dropped: { ...counters.dropped },
  dialects: Object.fromEntries([...counters.dialects].map(([name, counts]) => [name, { ...counts }])),
  failures: { ...counters.failures },
})
