/**
 * The queue: records of encoded spans, from the moment they are offered until an endpoint has answered for them.
 *
 * ```
 *             offer                lease                     ack
 * (encoded) ────────▶ waiting ────────────▶ leased ─────────────────▶ delivered
 *                      ▲  │ ▲                 │ │
 *     takeover of what │  │ └──── nack ───────┘ │ deadLetter, ack
 *   a dead process left│  │                     ▼
 *                      │  │                 dead letter ── redeliver() ──▶ waiting
 *                      │  ▼                     │
 *                      │ dropped: overflow, expired (after a nack), corrupt, purged, shutdown, rejected
 * ```
 * Records stand in segments. With a directory, a segment is a file:
 *
 * ```
 *          append until 4 MB        all written, not leased, no room in memory
 * open ─────────────────────▶ sealed ──────────────────▶ unloaded (in the file only)
 *  │ (written off the event     │  ▲                        │
 *  │  loop, entries in memory)  │  └──── loaded again ──────┘
 *  │                            │       when it is its turn
 *  └─ the disk fails: seal;     │ all records acked or dropped
 *     what is not written       ▼
 *     moves to memory        finished: the checkpoint moves past it, then the file is deleted
 * ```
 * What is read first is what would be lost first: memory, then journals that were taken over, then the own one.
 *
 * - `persistent-queue.ts`: the queue: leases, overflow, expiry
 * - `memory-queue.ts`, `own-journal.ts`: where offered records go; without a directory, or while the disk fails, into
 *   memory
 * - `dead-letters.ts`, `dead-letter-folder.ts`: what endpoints rejected for good
 * - `../journal/`: segments, their files, the writer, the reader, the checkpoint
 * - `../ownership/`: whose folder is whose, and taking over those of dead processes
 *
 * The queue calls ownership, and both call the journal; nothing calls back but through the callbacks that they pass.
 *
 * @module
 */
import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import type { LeaseLimits } from '../journal/journal-reader.ts'
import type { Queued } from '../stats.ts'

export type { QueueSettings } from '../journal/context.ts'
export type { LeaseLimits } from '../journal/journal-reader.ts'

/** The records of one request. They stay in the queue until they are acked. */
export interface Lease {
  readonly format: BodyFormat
  /** In order, not compressed. */
  readonly bodies: readonly Buffer[]
  readonly spans: number
  readonly bytes: number
  /** The endpoint has answered for good, whatever it said. Does nothing after an earlier `ack` or `nack`. */
  ack(): void
  /** It has not: a later lease has the records again, unless they are too old. Does nothing after an earlier one. */
  nack(): void
}

/** Keeps records until an endpoint has answered for them. None of its methods throws or rejects. */
export interface SpanQueue {
  /** Keeps a record, or counts its spans as dropped. */
  offer(record: Encoded): void
  /** Leases the next records, oldest first; undefined when none is free, or too many leases are open. */
  lease(limits: LeaseLimits): Promise<Lease | undefined>
  /**
   * Keeps bodies that the endpoint rejected for good.
   *
   * @returns resolves when the lease can be acked, to a function that counts them as rejected: to be called together
   *   with `ack`, so that no span is counted twice
   */
  deadLetter(
    format: BodyFormat,
    bodies: readonly Buffer[],
    spans: number,
    status: number,
  ): Promise<() => void>
  /** Queues all dead letters again; resolves to the number of spans. */
  redeliver(): Promise<number>
  /** Deletes the queue, the dead letters, and what dead processes left; resolves to the number of spans. */
  purge(): Promise<number>
  /** Returns a function that tells how many of the spans that are queued now are still queued. */
  trackQueued(): () => number
  readonly size: Queued
  /** How many of the queued spans no file has. */
  readonly unwritten: number
  /** Whether records that are offered now reach the disk. */
  readonly isOnDisk: boolean
  /** Calls back whenever a journal of a dead process was taken over. */
  onTakeover(callback: () => void): void
  /** Resolves when the journals that dead processes left until now are taken over. */
  readonly ready: Promise<void>
  /** Writes within the call what is not written yet: the process is about to end. */
  writeNow(): void
  /** Writes what is not written yet, closes the files, and leaves them to other processes. */
  close(): Promise<void>
}
