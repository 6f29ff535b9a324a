import { join } from 'node:path'
import { problems } from '../../problems.ts'
import {
  Checkpoint,
  findSegment,
  JournalReader,
  numberOf,
  type QueueContext,
  quarantine,
  readCheckpoint,
  segmentPath,
  Tasks,
} from '../journal/index.ts'
import { Folder, newFolderName, ownerOf } from './folder.ts'
import { Liveness } from './liveness.ts'

const OTHERS_MAY_WRITE = 0o022

/** A journal that another process left. */
interface TakenJournal {
  readonly folder: Folder
  readonly reader: JournalReader
  /** Files that are being deleted. */
  readonly deleting: Tasks
  /** When its oldest record was queued, by the clock that is never set back. */
  readonly oldest: number
}

/** Looks for the journals of dead processes, again and again, and takes them over. */
export class Takeover {
  /** Called after a journal was taken over: there is something to send. */
  onTaken = () => {}
  /** The journals that were taken over and have something left, the oldest first. */
  readers: readonly JournalReader[] = []
  readonly #context: QueueContext
  readonly #directory: string
  readonly #liveness: Liveness
  readonly #isOwn: (path: string) => boolean
  #taken: readonly TakenJournal[] = []
  #sweeping: Promise<void> | undefined
  #isClosed = false

  /** @param isOwn whether a folder is the one that this queue writes to */
  constructor(context: QueueContext, directory: string, isOwn: (path: string) => boolean) {
    this.#context = context
    this.#directory = directory
    this.#liveness = new Liveness(context.system)
    this.#isOwn = isOwn
  }

  /** Resolves when everything that can be taken now is taken. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep()
      .catch(() => {})
      .finally(() => {
        this.#sweeping = undefined
      })
    return this.#sweeping
  }

  /** Shows other processes that the folders that were taken have a living owner. */
  async touch(): Promise<void> {
    for (const { folder } of this.#taken) await folder.touch()
  }

  /** Deletes journals that this Node cannot read. Never rejects. */
  async purgeZstd(): Promise<void> {
    const { promises } = this.#context.system.fs
    for (const name of await promises.readdir(this.#directory).catch(() => [])) {
      if (ownerOf(name)?.kind !== 'zstd') continue
      await promises.rm(join(this.#directory, name), { recursive: true, force: true }).catch(() => {})
    }
  }

  /** Leaves what is left to other processes. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#sweeping
    for (const taken of this.#taken) {
      await taken.deleting.idle()
      // It may have been emptied and deleted meanwhile.
      if (!this.#taken.includes(taken)) continue
      taken.reader.useCheckpoint(undefined)
      await taken.folder.free()
    }
  }

  async #sweep(): Promise<void> {
    const names = await this.#context.system.fs.promises.readdir(this.#directory)
    this.#liveness.keep(new Set(names.map((name) => join(this.#directory, name))))
    for (const name of names) {
      if (this.#isClosed) return
      if (!(await this.#isFree(name))) continue
      const taken = await this.#take(name)
      if (taken === undefined) continue
      this.#list([...this.#taken, taken].sort((a, b) => a.oldest - b.oldest))
      this.onTaken()
    }
  }

  async #isFree(name: string): Promise<boolean> {
    const owner = ownerOf(name)
    const path = join(this.#directory, name)
    const isOurs = this.#isOwn(path) || this.#taken.some(({ folder }) => folder.path === path)
    if (owner === undefined || isOurs || !(await this.#isTrusted(path))) return false
    if (owner.kind === 'process') return this.#liveness.isDead(path, owner.identity)
    return owner.kind === 'free' || this.#context.system.hasZstd
  }

  /** Whether only this user can have put something into a folder: in a shared directory, a link could lead anywhere. */
  async #isTrusted(path: string): Promise<boolean> {
    const stat = await this.#context.system.fs.promises.lstat(path).catch(() => undefined)
    if (!stat?.isDirectory()) return false
    const { geteuid } = process
    return (
      geteuid === undefined || (stat.uid === (await this.#userId()) && (stat.mode & OTHERS_MAY_WRITE) === 0)
    )
  }

  /** Deno may forbid to ask for it; the directory belongs to the same user. */
  async #userId(): Promise<number | undefined> {
    try {
      return process.geteuid?.()
    } catch {
      const stat = await this.#context.system.fs.promises.lstat(this.#directory).catch(() => undefined)
      return stat?.uid
    }
  }

  /** Takes a folder and reads what is in it; undefined when another process was faster, or nothing is in it. */
  async #take(name: string): Promise<TakenJournal | undefined> {
    const { system } = this.#context
    const folder = await Folder.take(system, this.#directory, name).catch(() => undefined)
    if (folder === undefined) return undefined
    const checkpoint = await readCheckpoint(system.fs, folder.path)
    const numbers = await segmentNumbers(this.#context, folder)
    if (numbers === undefined) {
      await folder.free()
      return undefined
    }
    const deleting = new Tasks()
    const reader = new JournalReader(this.#context, deleting, () => this.#finish(folder))
    /** Whether a file that cannot be read had to stay where it is. */
    let isStuck = false
    for (const number of numbers) {
      const path = segmentPath(folder.path, number)
      const { position } = checkpoint
      if (number < position.number) await system.fs.promises.unlink(path).catch(() => {})
      else {
        const from = number === position.number ? position.offset : 0
        if (!(await this.#takeSegment(reader, { number, path }, from))) isStuck = true
      }
    }
    if (reader.segments.length === 0) {
      await (isStuck ? folder.free() : folder.remove())
      return undefined
    }
    reader.useCheckpoint(Checkpoint.open(system.fs, folder.path, checkpoint))
    return { folder, reader, deleting, oldest: Math.min(...reader.segments.map(({ oldest }) => oldest)) }
  }

  /** Puts a segment into the queue. False when it cannot be read, and cannot be put elsewhere either. */
  async #takeSegment(
    reader: JournalReader,
    place: { number: number; path: string },
    from: number,
  ): Promise<boolean> {
    const { system, accounting } = this.#context
    const { counters } = accounting
    const found = await findSegment(this.#context, place, from)
    if (found === 'unreadable') {
      counters.corrupt += 1
      return quarantine(this.#context, place.path)
    }
    if (found.needsZstd && !system.hasZstd) return this.#leaveForZstd(place.path)
    const { segment, scanned } = found
    counters.corrupt += scanned.corrupt
    counters.torn += scanned.isTorn ? 1 : 0
    accounting.enterTakenOver(segment, scanned.corruptSpans)
    if (segment.left === 0) await system.fs.promises.unlink(place.path).catch(() => {})
    else {
      segment.enterFolder(place.number, place.path)
      reader.add(segment)
    }
    return true
  }

  /** Leaves a segment to a process that can read zstd. False when it stays where it is. Never rejects. */
  async #leaveForZstd(path: string): Promise<boolean> {
    const { promises } = this.#context.system.fs
    const folder = join(this.#directory, newFolderName({ kind: 'zstd' }))
    problems.report(
      'journal:zstd',
      () =>
        `the journal in ${this.#directory} has records compressed with zstd, which Node ${process.version} cannot ` +
        'read; they wait for a process with Node 22.15 or later',
    )
    try {
      await promises.mkdir(folder, { mode: 0o700 })
      await promises.rename(path, segmentPath(folder, 1))
      return true
    } catch {
      return false
    }
  }

  /** Deletes a folder that has nothing left. */
  #finish(folder: Folder): void {
    const taken = this.#taken.find((one) => one.folder === folder)
    if (taken === undefined) return
    this.#list(this.#taken.filter((one) => one !== taken))
    taken.reader.useCheckpoint(undefined)
    this.#context.tasks.add(taken.deleting.idle().then(() => folder.remove()))
  }

  #list(taken: readonly TakenJournal[]): void {
    this.#taken = taken
    this.readers = taken.map(({ reader }) => reader)
  }
}

/** The numbers of the segments in a folder, in order; undefined when it cannot be read. */
async function segmentNumbers({ system }: QueueContext, folder: Folder): Promise<number[] | undefined> {
  const entries = await system.fs.promises
    .readdir(folder.path, { withFileTypes: true })
    .catch(() => undefined)
  const files = entries?.filter((entry) => entry.isFile())
  const numbers = files?.map((entry) => numberOf(entry.name)).filter((number) => number !== undefined)
  return numbers?.sort((a, b) => a - b)
}
