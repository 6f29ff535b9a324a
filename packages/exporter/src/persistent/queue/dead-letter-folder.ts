import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { problems } from '../../problems.ts'
import type { BodyFormat } from '../encoder/codec.ts'
import {
  makeFolder,
  type QueueContext,
  RECORD_HEADER_BYTES,
  recordHeader,
  SEGMENT_HEADER_BYTES,
  segmentHeader,
} from '../journal/index.ts'
import { UNFINISHED_LETTER_NAME } from '../ownership/folder.ts'
import { countDropped, type DroppedReason } from '../stats.ts'

/** The folder's name in the directory. */
const FOLDER = 'rejected'

/** The bodies of one request that was rejected for good. */
export interface DeadLetter {
  readonly format: BodyFormat
  readonly bodies: readonly Buffer[]
  readonly spans: number
}

/** A file of dead letters. Everything that has to be known of it is in its name. */
export interface DeadLetterFile {
  readonly name: string
  readonly path: string
  readonly spans: number
}

/** Spans that this process put into a file. */
interface OwnSpans {
  readonly spans: number
  /** They count as rejected from the moment that their lease is acked; before, they count as queued. */
  isCounted: boolean
  /** Why the file was deleted before they were counted. */
  dropped?: DroppedReason
}

/** Of how many spans a body has, only the sum over a request is known: they are spread evenly. */
export const spansOfBody = (spans: number, index: number, bodies: number): number =>
  Math.floor((spans * (index + 1)) / bodies) - Math.floor((spans * index) / bodies)

/** Dead letters in files. All processes of the directory add files to the folder and take files from it. */
export class DeadLetterFolder {
  readonly #context: QueueContext
  readonly #path: string
  readonly #ownFolder: () => string | undefined
  /** What this process put there. */
  readonly #own = new Map<string, OwnSpans>()
  /** Files do not change, so each is asked for its size once. */
  readonly #sizes = new Map<string, number>()
  /** One addition after the other, so that none counts files while another adds one. */
  #turn: Promise<unknown> = Promise.resolve()
  #latest = 0

  /** @param ownFolder the folder of this process's journal; undefined while there is none */
  constructor(context: QueueContext, directory: string, ownFolder: () => string | undefined) {
    this.#context = context
    this.#path = join(directory, FOLDER)
    this.#ownFolder = ownFolder
  }

  /** Resolves to a function that counts it as rejected; to undefined when it could not be written. */
  add(letter: DeadLetter, status: number): Promise<(() => void) | undefined> {
    const added = this.#turn.then(() => this.#add(letter, status))
    this.#turn = added
    return added
  }

  async #add(letter: DeadLetter, status: number): Promise<(() => void) | undefined> {
    const { system, settings } = this.#context
    const { promises } = system.fs
    // Each later than the one before, so that the names are in order.
    const epoch = Math.max(Math.floor(system.wall()), this.#latest + 1)
    this.#latest = epoch
    const random = randomBytes(6).toString('hex')
    const name = `${String(epoch).padStart(13, '0')}-${status}-${letter.spans}-${random}.seg`
    const path = join(this.#path, name)
    const ownFolder = this.#ownFolder()
    // Other processes see it only when it is whole; what a kill leaves is deleted with the folder.
    const unfinished = ownFolder === undefined ? path : join(ownFolder, UNFINISHED_LETTER_NAME)
    try {
      await makeFolder(system, this.#path)
      const file = await promises.open(unfinished, 'w', 0o600)
      try {
        for (const part of fileOf(letter, epoch)) await file.writeFile(part)
        if (settings.fsync === 'batch') await file.datasync()
      } finally {
        await file.close()
      }
      if (unfinished !== path) await promises.rename(unfinished, path)
    } catch {
      await promises.unlink(unfinished).catch(() => {})
      return undefined
    }
    const own: OwnSpans = { spans: letter.spans, isCounted: false }
    this.#own.set(name, own)
    await this.#makeRoom()
    return () => this.#count(own)
  }

  /** All files, the oldest first. */
  async list(): Promise<DeadLetterFile[]> {
    const names = await this.#context.system.fs.promises.readdir(this.#path).catch(() => [])
    const files: DeadLetterFile[] = []
    for (const name of names.sort()) {
      const match = /^\d{13,}-\d+-(\d+)-[0-9a-f]{12}\.seg$/.exec(name)
      if (match) files.push({ name, path: join(this.#path, name), spans: Number(match[1]) })
    }
    return files
  }

  /** Moves a file elsewhere, within the call. False when another process has it, or the disk cannot be written. */
  moveTo(file: DeadLetterFile, path: string): boolean {
    try {
      this.#context.system.fs.renameSync(file.path, path)
    } catch {
      return false
    }
    this.#forget(file)
    return true
  }

  /** Deletes a file, and counts the spans that this process put there. */
  async delete(file: DeadLetterFile, reason: DroppedReason): Promise<boolean> {
    const isDeleted = await this.#context.system.fs.promises.unlink(file.path).then(
      () => true,
      () => false,
    )
    if (!isDeleted) return false
    const { counters } = this.#context.accounting
    const own = this.#forget(file)
    if (own?.isCounted) {
      counters.rejected -= own.spans
      countDropped(counters, reason, own.spans)
    } else if (own) own.dropped = reason
    return true
  }

  #count(own: OwnSpans): void {
    const { counters } = this.#context.accounting
    own.isCounted = true
    if (own.dropped !== undefined) countDropped(counters, own.dropped, own.spans)
    else counters.rejected += own.spans
  }

  /** Deletes the oldest files where all together have more than `maxRejectedBytes`. */
  async #makeRoom(): Promise<void> {
    const files = await this.list()
    const known = new Set(files.map((file) => file.name))
    for (const name of this.#sizes.keys()) if (!known.has(name)) this.#sizes.delete(name)
    // Another process has queued it again or deleted it, and counts it.
    for (const name of this.#own.keys()) if (!known.has(name)) this.#own.delete(name)
    let bytes = 0
    for (const file of files.reverse()) {
      bytes += await this.#sizeOf(file)
      if (bytes <= this.#context.settings.maxRejectedBytes) continue
      const isOwn = this.#own.has(file.name)
      if ((await this.delete(file, 'rejected')) && !isOwn) {
        problems.report(
          'dead-letters:full',
          () =>
            `${this.#path} is full: the oldest rejected spans are deleted, those of other processes, too; see the ` +
            'option maxRejectedBytes',
          this.#path,
        )
      }
    }
  }

  async #sizeOf(file: DeadLetterFile): Promise<number> {
    const known = this.#sizes.get(file.name)
    if (known !== undefined) return known
    const stat = await this.#context.system.fs.promises.stat(file.path).catch(() => undefined)
    if (stat !== undefined) this.#sizes.set(file.name, stat.size)
    return stat?.size ?? 0
  }

  #forget(file: DeadLetterFile): OwnSpans | undefined {
    const own = this.#own.get(file.name)
    this.#own.delete(file.name)
    this.#sizes.delete(file.name)
    return own
  }
}

function fileOf({ format, bodies, spans: sum }: DeadLetter, epoch: number): Buffer[] {
  const parts = [segmentHeader(format)]
  let offset = SEGMENT_HEADER_BYTES
  for (const [index, body] of bodies.entries()) {
    const { length } = body
    const sizes = { bytes: length, storedBytes: length, crc: crc32(body) }
    const spans = spansOfBody(sum, index, bodies.length)
    parts.push(recordHeader({ format, compression: 'none', spans, epoch, ...sizes }, offset), body)
    offset += RECORD_HEADER_BYTES + length
  }
  return parts
}
