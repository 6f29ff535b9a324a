/**
 * The queue keeps records of encoded spans from the moment they are offered until an endpoint has answered for them.
 *
 * ```
 * offer, takeover,            lease                   ack
 * redeliver()  ───▶  waiting ───────▶  leased  ───────────────▶  delivered
 *                      │  ▲             │  │
 *                      │  └─── nack ────┘  └─ deadLetter, ack ─▶  dead letter ─▶ redeliver(), or dropped: rejected
 *                      ▼
 *                    dropped: overflow, expired (after a nack), corrupt, purged, shutdown
 * ```
 * Records are kept in segments. With a directory, a segment is a file of a journal:
 *
 * ```
 *       full              no room in memory
 * open ──────▶  sealed ───────────────────▶  unloaded: its records are in the file only
 *                │  ▲                            │
 *                │  └──── loaded for a lease ────┘
 *                ▼ all records are acked or dropped
 *              finished: the checkpoint moves past it, then its file is deleted
 * ```
 * When the disk fails, the open segment is sealed, and what it has not written moves to segments in memory, as new
 * records do until the disk works again. A lease takes first what a crash would lose: memory, then journals that
 * were taken over, then the journal of this process. Files are deleted by `journal-reader.ts` alone, except for dead
 * letters, whole folders (`ownership/folder.ts`), and what `purge()` deletes.
 *
 * - `persistent-queue.ts`: the queue itself: what is offered, overflow, and its end
 * - `leasing.ts`, `put-back.ts`: leases, expiry, and what is left of a lease at the end
 * - `memory-queue.ts`, `journal-queue.ts`: where offered records go, and `moves.ts` between them
 * - `turns.ts`: work on the same files, one piece after the other
 * - `own-folder.ts`: the folder that this process writes to
 * - `held/`: copies of spans that cannot be queued yet, and their files
 * - `dead-letters/`: bodies that endpoints rejected for good, and queuing them again
 * - `../journal/`: segments and their files: format, writer, reader, checkpoint
 * - `../ownership/`: which process owns which journal, and takeover from dead processes
 *
 * The queue calls ownership, and both call the journal.
 *
 * @module
 */
import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import type { LeaseLimits } from '../journal/index.ts'
import type { Queued } from '../stats.ts'

export type { LeaseLimits, QueueSettings } from '../journal/index.ts'

/** The records of one request. They stay in the queue until they are acked. */
export interface Lease {
  readonly format: BodyFormat
  /** In order, not compressed. */
  readonly bodies: readonly Buffer[]
  readonly spans: number
  readonly bytes: number
  /** The endpoint accepted or rejected them for good. Only the first call of `ack` or `nack` counts. */
  ack(): void
  /** The request failed: a later lease has the records again, unless they are too old. */
  nack(): void
  /** The records are sent apart from now on: leases of later records need not wait for them. */
  setApart(): void
  /** Whether there is a journal, so that the next process can send the records. */
  readonly isStored: boolean
  /**
   * Queues what is left of the records in their place, and the lease is acked: the others have an answer.
   *
   * @param settle keeps what was rejected, once the rest is written; resolves to a function that counts the answers,
   *   which is called together with the ack
   * @returns resolves to false if the rest cannot be written; then the lease is still open
   */
  ackExcept(rest: readonly Encoded[], settle: () => Promise<() => void>): Promise<boolean>
  /** Why the records are not to be sent again, where some of them are answered and the lease stays open. */
  lapsed(): 'expired' | 'purged' | 'taken-over' | undefined
}

/** A span that has a copy in the journal and is not queued yet. */
export interface HeldSpan {
  /** Makes the copy again, as the span is encoded now. */
  renew(): void
  /** The span is in the queue, and a file has it or it is gone: the copy is not needed any more. */
  release(): void
}

/** Keeps records until an endpoint has answered for them. None of its methods throws or rejects. */
export interface SpanQueue {
  /**
   * Keeps a record, or counts its spans as dropped.
   *
   * @param onStored called once a file has the record, or it is gone
   */
  offer(record: Encoded, onStored?: () => void): void
  /**
   * Keeps a copy of a span that cannot be queued yet, in case the process is killed. It is not queued and not counted.
   * `writeHeld` has to be called afterwards.
   *
   * @param encode encodes the span as it would be sent now; undefined if it cannot be read
   * @returns undefined without a directory
   */
  hold(encode: () => Buffer | undefined): HeldSpan | undefined
  /** Writes the copies that were made since the last call. */
  writeHeld(): void
  /** Leases the next records, oldest first; undefined when none is free, or too many leases are open. */
  lease(limits: LeaseLimits): Promise<Lease | undefined>
  /**
   * Keeps bodies that the endpoint rejected for good.
   *
   * @param status that of the answer; 0 if there was none
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
  /**
   * Deletes the queue, the dead letters, and what dead processes left.
   *
   * @param purgeLeased called in the turn in which the records are deleted, so that no further request starts with those
   *   that are leased; returns how many of their spans are lost
   * @returns resolves to the number of spans
   */
  purge(purgeLeased?: () => number): Promise<number>
  /** Returns a function that returns how many of the spans that are queued now are still queued. */
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
