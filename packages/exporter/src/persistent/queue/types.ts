import type { BodyFormat, Encoded } from '../encoder/codec.ts'
import type { Compression, Fsync, Overflow } from '../options.ts'
import type { Queued } from '../stats.ts'

/** Options of the store, checked and complete. */
export interface QueueSettings {
  /** Undefined keeps everything in memory. */
  readonly directory: string | undefined
  /** The format of what is appended. What was adopted may have another. */
  readonly format: BodyFormat
  /** Of all files of this process's journal, in bytes. */
  readonly maxBytes: number
  /** Of what only memory has, in bytes: without a directory, or while the disk cannot be written to. */
  readonly maxMemoryBytes: number
  /** Of what is in files, so much stays in memory as well, in bytes: what is sent soon need not be read again. */
  readonly keptBytes: number
  /** Of the bodies that were refused for good, in bytes. */
  readonly maxRejectedBytes: number
  /** In milliseconds; older records are dropped after an attempt to send them has failed. */
  readonly maxAge: number
  /** The disk counts as full when it has less left, in bytes. */
  readonly minFreeDiskBytes: number
  readonly overflow: Overflow
  readonly fsync: Fsync
  /** Whether `append` has written the record when it returns. */
  readonly isSync: boolean
  readonly compression: Compression
}

/** How much one request may have. */
export interface LeaseLimits {
  /** A record is never cut, so a batch of one record may have more. */
  readonly maxSpans: number
  readonly maxBytes: number
}

/** Records taken out for one request. They stay in the store until they are settled. */
export interface Lease {
  readonly format: BodyFormat
  /** In order, not compressed. */
  readonly bodies: readonly Buffer[]
  readonly spans: number
  readonly bytes: number
  /** They were answered for good, whatever the answer was: they may be forgotten. Not twice, not after `release`. */
  ack(): void
  /** They were not: a later `take` gives them again, unless they are too old by then. */
  nack(): void
}

/** Where spans are kept until somebody answers for them. None of its methods throws or rejects. */
export interface SpanQueue {
  /** Keeps a record, or counts it as dropped. */
  offer(record: Encoded): void
  /** The next records, oldest first; undefined when nothing is free, or too much is taken already (`window`). */
  lease(limits: LeaseLimits): Promise<Lease | undefined>
  /**
   * Keeps, outside the queue, what the receiver refused for good; resolves when it is safe to settle it, to what
   * counts it as rejected: to be called once, together with `settle`, so that no span is counted twice meanwhile.
   */
  deadLetter(
    format: BodyFormat,
    bodies: readonly Buffer[],
    spans: number,
    status: number,
  ): Promise<() => void>
  /** Puts all that was refused into the queue again; resolves to the number of spans. */
  redeliver(): Promise<number>
  /** Deletes all that waits, what was refused, and what dead processes left; resolves to the number of spans. */
  purge(): Promise<number>
  /** How many of the spans that are here now are not settled yet, each time it is called. */
  trackQueued(): () => number
  readonly size: Queued
  /** How many of the queued spans are in memory alone. */
  readonly unwritten: number
  /** Whether records that are appended now reach the disk. */
  readonly isOnDisk: boolean
  /** Calls back whenever something was found that a dead process left. */
  onTakeover(callback: () => void): void
  /** Resolves when what dead processes left has been found. */
  readonly ready: Promise<void>
  /** Writes at once, without waiting for anything, what is not written yet: the process is about to end. */
  writeNow(): void
  /** Writes what is not written yet, closes the files, and leaves the rest to another process. */
  close(): Promise<void>
}
