import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { sayOnce } from '../../report.ts'
import type { QueueContext } from '../journal/context.ts'
import { RECORD_HEADER_BYTES, recordHeader, SEGMENT_HEADER_BYTES, segmentHeader } from '../journal/format.ts'
import { makeInside } from '../ownership/folder.ts'
import { countDropped, type DroppedReason } from '../stats.ts'
import { type DeadLetter, shareOf } from './dead-letter-memory.ts'

/** A file of what was refused. Its name says all that has to be known of it. */
export interface DeadLetterFile {
  readonly name: string
  readonly path: string
  readonly spans: number
}

/** Spans that this process has put into a file. */
interface Ours {
  readonly spans: number
  /** Not before their request is settled: until then they are counted as queued. */
  isCounted: boolean
  /** Why the file was deleted, before they were counted. */
  dropped?: DroppedReason
}

/** What the receiver refused for good, in files that every process of the directory may add to and take from. */
export class DeadLetterFolder {
  readonly path: string
  readonly #shared: QueueContext
  /** What this process has put there. */
  readonly #ours = new Map<string, Ours>()
  /** Files do not change, so each is asked for its size once. */
  readonly #sizes = new Map<string, number>()
  /** One after the other, so that nobody counts files while another is being added. */
  #turn: Promise<unknown> = Promise.resolve()
  #latest = 0

  constructor(shared: QueueContext, directory: string) {
    this.#shared = shared
    this.path = join(directory, 'rejected')
  }

  /** Resolves to what counts it as rejected; to nothing when it could not be written. */
  add(refused: DeadLetter, status: number): Promise<(() => void) | undefined> {
    const added = this.#turn.then(() => this.#add(refused, status))
    this.#turn = added
    return added
  }

  async #add({ format, bodies, spans }: DeadLetter, status: number): Promise<(() => void) | undefined> {
    const { system } = this.#shared
    const { promises } = system.fs
    // Never the same twice, so that the names of this process are in order.
    const epoch = Math.max(Math.floor(system.wall()), this.#latest + 1)
    this.#latest = epoch
    const parts = fileOf({ format, bodies, spans }, epoch)
    const random = randomBytes(6).toString('hex')
    const name = `${String(epoch).padStart(13, '0')}-${status}-${spans}-${random}.seg`
    const path = join(this.path, name)
    try {
      await makeInside(system, this.path)
      const file = await promises.open(path, 'wx', 0o600)
      try {
        for (const part of parts) await file.writeFile(part)
        if (this.#shared.settings.fsync === 'batch') await file.datasync()
      } finally {
        await file.close()
      }
    } catch {
      await promises.unlink(path).catch(() => {})
      return undefined
    }
    const ours: Ours = { spans, isCounted: false }
    this.#ours.set(name, ours)
    await this.#makeRoom()
    return () => this.#count(ours)
  }

  /** The oldest first. */
  async list(): Promise<DeadLetterFile[]> {
    const names = await this.#shared.system.fs.promises.readdir(this.path).catch(() => [])
    const files: DeadLetterFile[] = []
    for (const name of names.sort()) {
      const match = /^\d{13,}-\d+-(\d+)-[0-9a-f]{12}\.seg$/.exec(name)
      if (match) files.push({ name, path: join(this.path, name), spans: Number(match[1]) })
    }
    return files
  }

  /** Moves a file elsewhere, at once. False when somebody else has it, or the disk does not let us. */
  moveTo(file: DeadLetterFile, path: string): boolean {
    try {
      this.#shared.system.fs.renameSync(file.path, path)
    } catch {
      return false
    }
    this.#forget(file)
    return true
  }

  /** Deletes a file; the spans that this process has put there are counted. */
  async delete(file: DeadLetterFile, reason: DroppedReason): Promise<boolean> {
    const isDeleted = await this.#shared.system.fs.promises.unlink(file.path).then(
      () => true,
      () => false,
    )
    if (!isDeleted) return false
    const { counters } = this.#shared.accounting
    const ours = this.#forget(file)
    if (ours?.isCounted) {
      counters.rejected -= ours.spans
      countDropped(counters, reason, ours.spans)
    } else if (ours) ours.dropped = reason
    return true
  }

  #count(ours: Ours): void {
    const { counters } = this.#shared.accounting
    ours.isCounted = true
    if (ours.dropped !== undefined) countDropped(counters, ours.dropped, ours.spans)
    else counters.rejected += ours.spans
  }

  async #makeRoom(): Promise<void> {
    const files = await this.list()
    const known = new Set(files.map((file) => file.name))
    for (const name of this.#sizes.keys()) if (!known.has(name)) this.#sizes.delete(name)
    // What another process has put into its queue again, or deleted, is not ours to count any more.
    for (const name of this.#ours.keys()) if (!known.has(name)) this.#ours.delete(name)
    let bytes = 0
    for (const file of files.reverse()) {
      bytes += await this.#sizeOf(file)
      if (bytes <= this.#shared.settings.maxRejectedBytes) continue
      const isOurs = this.#ours.has(file.name)
      if ((await this.delete(file, 'rejected')) && !isOurs) sayDeleted(this.path)
    }
  }

  async #sizeOf(file: DeadLetterFile): Promise<number> {
    const known = this.#sizes.get(file.name)
    if (known !== undefined) return known
    const stat = await this.#shared.system.fs.promises.stat(file.path).catch(() => undefined)
    if (stat !== undefined) this.#sizes.set(file.name, stat.size)
    return stat?.size ?? 0
  }

  #forget(file: DeadLetterFile): Ours | undefined {
    const ours = this.#ours.get(file.name)
    this.#ours.delete(file.name)
    this.#sizes.delete(file.name)
    return ours
  }
}

function fileOf({ format, bodies, spans }: DeadLetter, epoch: number): Buffer[] {
  const parts = [segmentHeader(format)]
  let offset = SEGMENT_HEADER_BYTES
  for (const [index, body] of bodies.entries()) {
    const bytes = { rawBytes: body.length, storedBytes: body.length, crc: crc32(body) }
    const share = shareOf(spans, index, bodies.length)
    parts.push(recordHeader({ format, packing: 'none', spans: share, epoch, ...bytes }, offset), body)
    offset += RECORD_HEADER_BYTES + body.length
  }
  return parts
}

function sayDeleted(path: string): void {
  sayOnce(
    'rejected-others',
    () =>
      `${path} is full: the oldest spans that were refused are deleted, those of other processes among them`,
  )
}
