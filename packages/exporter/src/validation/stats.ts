import type { BackendProblem, BackendProblemCounts } from '../backends/backend.ts'
import type { DropReason } from './decide.ts'

/**
 * Why a span stopped waiting before its trace was complete: it waited too long (`time`), too many spans waited
 * (`number`), or everything was exported (`flush`).
 */
export type NotBackfilledReason = 'time' | 'number' | 'flush'

/** What the session validation of an exporter or a processor counted. */
export interface ValidationStats {
  /** Spans that were passed on for export. */
  readonly spans: number
  /** Of these, spans that were exported with other attributes than the SDK's span has. */
  readonly changed: number
  /** `session.id` attributes that were not exported, by reason. The spans were. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Spans on which something could not be written for a backend, by its name and the reason. */
  readonly backends: Readonly<Record<string, Readonly<Partial<Record<BackendProblem, number>>>>>
  /**
   * Spans on which the user, conversation, metadata or tags were restored, because a limit of the SDK
   * (`attributeCountLimit`, `attributeValueLengthLimit`) dropped or truncated them.
   */
  readonly fieldsRestored: number
  /** Spans that were exported with the ID that `onInvalid` made of an invalid one. */
  readonly replaced: number
  /** Spans without a session that inherited the one of their trace (`backfill`). */
  readonly backfilled: number
  /** Spans that wait for their trace now. */
  readonly waiting: number
  /** Spans that were exported without a session because they could not wait until their trace was complete. */
  readonly notBackfilled: Readonly<Partial<Record<NotBackfilledReason, number>>>
  /** Spans on which another session was written over the explicit one, and that were not corrected by the processor. */
  readonly conflicts: number
  /** Spans without a record whose `metadata` is longer than 32 kB, so it was not searched for an alias. */
  readonly metadataNotRead: number
  /** Spans that throw when they are read: exported as they are, without an invalid `session.id`. */
  readonly unreadable: number
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** The counters behind `ValidationStats`. */
export interface ValidationCounters extends Writable<Omit<ValidationStats, 'waiting'>> {
  dropped: Partial<Record<DropReason, number>>
  /** Without a prototype: a backend may be named `__proto__`. */
  backends: BackendProblemCounts
  notBackfilled: Partial<Record<NotBackfilledReason, number>>
}

export const newValidationCounters = (): ValidationCounters => ({
  spans: 0,
  changed: 0,
  dropped: {},
  backends: Object.create(null),
  fieldsRestored: 0,
  replaced: 0,
  backfilled: 0,
  notBackfilled: {},
  conflicts: 0,
  metadataNotRead: 0,
  unreadable: 0,
})

export function increment<K extends string>(counts: Partial<Record<K, number>>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1
}
