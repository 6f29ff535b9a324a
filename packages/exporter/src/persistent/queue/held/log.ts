import { type HeldPlace, type QueueContext, releaseBody, Syncer, Writer } from '../../journal/index.ts'
import type { HeldSpan } from '../index.ts'
import { HeldFiles, type HeldFilesHost } from './files.ts'
import type { Held, HeldFile, HeldRecord } from './records.ts'

/** With `fsync: 'interval'`: how long releases are collected, so that one sync comes before all of them. */
const RELEASE_MILLIS = 500

/** What the log needs of the journal that it belongs to. */
export interface HeldLogHost extends HeldFilesHost {
  /** Whether the folder still belongs to this process. */
  readonly isOurs: boolean
  /** The same, off the event loop. May reject. */
  isStillOurs(): Promise<boolean>
  /** Another process has the folder: begins a new one. */
  changeFolder(): void
  /** The disk could not be written. */
  fail(error: unknown): void
  /** Forces to the disk what the journal has written until now. */
  sync(): Promise<void>
  /** The same within the call. Throws the error of the system. */
  syncNow(): void
}

/**
 * Copies of spans that are not queued yet, in files beside the segments of the journal. The next process delivers what
 * a crash leaves there.
 */
export class HeldLog {
  readonly #context: QueueContext
  readonly #host: HeldLogHost
  readonly #syncer: Syncer
  readonly #writer: Writer<HeldRecord>
  readonly #files: HeldFiles
  readonly #held = new Set<Held>()
  /** Records that the writer does not have yet. */
  #collected: HeldRecord[] = []
  /** Records that are not needed any more, and of which the files do not know yet. */
  #unneeded: HeldRecord[] = []
  /** The same, where only the release has to be written. */
  #unreleased: HeldPlace[] = []
  #releasing: Promise<void> | undefined
  #isClosed = false

  constructor(context: QueueContext, host: HeldLogHost) {
    const { system, settings, tasks } = context
    this.#context = context
    this.#host = host
    const files = new HeldFiles(context, host, {
      onWritten: ({ replaced }) => replaced && this.#release(replaced),
      onGivenUp: (file) => {
        for (const held of [...this.#held]) if (held.record?.segment === file) this.#write(held)
      },
      onRemoved: (file) => this.#closeUnused(file),
    })
    this.#files = files
    this.#syncer = new Syncer(system, settings.fsync, tasks, (error) => host.fail(error))
    this.#writer = new Writer<HeldRecord>(system, settings, this.#syncer, {
      isOurs: (file) => files.has(file) && host.isOurs,
      isStillOurs: async (file) => files.has(file) && (await host.isStillOurs()),
      onTaken: (file) => files.has(file) && host.changeFolder(),
      onWritten: (file) => this.#closeUnused(file),
      onFailed: (records, error) => this.#onFailed(records, error),
    })
  }

  /** See `SpanQueue.hold`. */
  hold(encode: () => Buffer | undefined): HeldSpan {
    const held: Held = { encode, record: undefined }
    this.#held.add(held)
    this.#write(held)
    return {
      renew: () => this.#write(held),
      release: () => {
        if (!this.#held.delete(held)) return
        if (held.record !== undefined) this.#release(held.record)
      },
    }
  }

  /** See `SpanQueue.writeHeld`. */
  flush(): void {
    const records = this.#collected
    this.#collected = []
    if (records.length > 0) this.#writer.add(...records)
  }

  /** Writes the spans that no file has yet, and deletes files that nobody needs. */
  tidy(): void {
    if (this.#isClosed) return
    for (const held of this.#held) if (held.record === undefined) this.#write(held)
    this.flush()
    if (this.#unneeded.length > 0 || this.#unreleased.length > 0) this.#releaseLater()
    this.#files.delete(true)
  }

  /** The folder belongs to another process now, or is gone. */
  loseFolder(): void {
    for (const record of this.#collected) record.segment.skip()
    this.#collected = []
    this.#files.lose()
    this.#unneeded = []
    this.#unreleased = []
    for (const held of this.#held) held.record = undefined
  }

  /** Writes within the call what is not written yet, and deletes what nobody needs: the process is about to end. */
  writeNow(): void {
    this.flush()
    this.#writer.writeNow()
    try {
      // The power may fail: a copy is needed until the span itself is on the disk.
      if (this.#unneeded.length > 0) this.#host.syncNow()
    } catch {
      return
    }
    this.#writeReleases(true)
    this.#writer.writeNow()
    this.#files.deleteNow()
  }

  /** Ends all work; what is queued is written. Resolves to whether spans are left in the files. */
  async close(): Promise<boolean> {
    this.#isClosed = true
    this.flush()
    await this.#writer.idle()
    this.#writeReleases(true)
    await this.#writer.idle()
    this.#files.delete(true)
    const files = this.#files.all
    for (const { file } of files) this.#syncer.finish(file)
    this.#syncer.close()
    return files.length > 0
  }

  /** Appends a copy of a span, in place of an earlier one. */
  #write(held: Held): void {
    if (!this.#host.isOnDisk) return
    const body = held.encode()
    const record = body && this.#append(body, held)
    if (record === undefined) return
    held.record = record
    this.#collected.push(record)
  }

  #append(body: Buffer, held?: Held, released?: readonly HeldPlace[]): HeldRecord | undefined {
    if (this.#writer.isStalled) return undefined
    return this.#files.fileFor(body.length)?.append(body, held, released)
  }

  #release(record: HeldRecord): void {
    this.#unneeded.push(record)
    this.#releaseLater()
  }

  #releaseLater(): void {
    if (!this.#isClosed) this.#releasing ??= this.#releaseSoon()
  }

  async #releaseSoon(): Promise<void> {
    const { system, settings } = this.#context
    if (settings.fsync === 'interval') {
      await system.pause(RELEASE_MILLIS)
      // The power may fail: a copy is needed until the span itself is on the disk.
      await this.#host.sync()
    } else await null
    this.#releasing = undefined
    if (!this.#isClosed && this.#host.isOnDisk) this.#writeReleases(false)
  }

  /** @param isEnd whether no more records come, so that no file has to be kept for them */
  #writeReleases(isEnd: boolean): void {
    const unneeded = this.#unneeded
    this.#unneeded = []
    const places = this.#unreleased
    for (const record of unneeded) {
      const { segment, offset } = record
      if (!this.#files.has(segment)) continue
      segment.release(record)
      // A record without a place need not be written.
      if (offset === -1) record.body = undefined
      else places.push({ number: segment.number, offset })
    }
    this.#files.delete(isEnd)
    const numbers = new Set(this.#files.all.map(({ number }) => number))
    this.#unreleased = places.filter(({ number }) => numbers.has(number))
    if (this.#unreleased.length === 0) return
    const record = this.#append(releaseBody(this.#unreleased), undefined, this.#unreleased)
    if (record === undefined) return
    this.#unreleased = []
    this.#collected.push(record)
    this.flush()
  }

  /** Closes a file that is not ours any more, once the writer has nothing for it: another file may get its descriptor. */
  #closeUnused(file: HeldFile): void {
    if (file.unwritten === 0 && !this.#files.has(file)) this.#syncer.finish(file.file)
  }

  #onFailed(records: readonly HeldRecord[], error: unknown): void {
    // The folder was changed while this was under way; what came later is written again.
    const isLost = !this.#files.has(records[0]?.segment)
    for (const record of records) {
      const { held, segment, replaced, released } = record
      // Its end may be incomplete.
      segment.isGivenUp = true
      record.body = undefined
      this.#unreleased.push(...released)
      if (held?.record !== record || !this.#held.has(held)) continue
      held.record = replaced
      this.#unneeded.push(record)
    }
    for (const { segment } of records) this.#closeUnused(segment)
    if (isLost) this.tidy()
    else this.#host.fail(error)
  }
}
