import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { problems } from '../../../problems.ts'
import { makeFolder, type QueueContext, syncFolder } from '../../journal/index.ts'
import { Trust } from '../../ownership/trust.ts'
import { countDropped, type DroppedReason } from '../../stats.ts'
import type { JournalQueue } from '../journal-queue.ts'
import { Turns } from '../turns.ts'
import { type DeadLetter, fileOf } from './file.ts'
import { deleteUnfinished, UNFINISHED, UNFINISHED_MILLIS } from './unfinished.ts'

/** The folder's name in the directory. */
const FOLDER = 'rejected'
const NAME = /^\d{13,15}-\d+-(\d{1,9})-[0-9a-f]{12}\.seg$/

/** A file of dead letters. Everything that has to be known of it is in its name. */
export interface DeadLetterFile {
  readonly name: string
  readonly path: string
  readonly spans: number
  readonly bytes: number
}

/** Spans that this process put into a file. */
interface OwnSpans {
  readonly spans: number
  /** They count as rejected from the moment that their lease is acked; before, they count as queued. */
  isCounted: boolean
  /** Why the file was deleted before they were counted. */
  dropped?: DroppedReason
}

/** Dead letters in files. All processes of the directory add files to the folder and take files from it. */
export class DeadLetterFolder {
  readonly #context: QueueContext
  readonly #path: string
  readonly #trust: Trust
  readonly #journal: JournalQueue | undefined
  /** What this process put there. */
  readonly #own = new Map<string, OwnSpans>()
  /** Files do not change, so each is asked for its size once. */
  readonly #sizes = new Map<string, number>()
  /** So that nothing counts or deletes files while one is being added. */
  readonly #turns = new Turns()
  #latest = 0
  /** Whether a power loss leaves the folder itself. */
  #isSynced = false

  /** @param journal that of this process */
  constructor(context: QueueContext, directory: string, journal: JournalQueue | undefined) {
    this.#context = context
    this.#journal = journal
    this.#path = join(directory, FOLDER)
    this.#trust = new Trust(context.system, directory, () => journal?.path)
  }

  /**
   * Writes a letter, so that neither a kill nor, as far as the option `fsync` forces files to the disk, a power loss takes
   * it. Resolves to a function that counts it as rejected; to undefined when it could not be written.
   */
  add(letter: DeadLetter, status: number): Promise<(() => void) | undefined> {
    return this.#turns.run(() => this.#add(letter, status))
  }

  /** Resolves when what was to be added is added. */
  idle(): Promise<void> {
    return this.#turns.run(async () => {})
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
    const unfinished = path + UNFINISHED
    const own: OwnSpans = { spans: letter.spans, isCounted: false }
    try {
      await makeFolder(system, this.#path)
      if (!(await this.#isTrusted())) return undefined
      const file = await promises.open(unfinished, 'wx', 0o600)
      try {
        for (const part of fileOf(letter, epoch)) await file.writeFile(part)
        if (settings.fsync !== 'never') await file.datasync()
      } finally {
        await file.close()
      }
      this.#own.set(name, own)
      await promises.rename(unfinished, path)
    } catch {
      this.#own.delete(name)
      await promises.unlink(unfinished).catch(() => {})
      return undefined
    }
    if (settings.fsync !== 'never') await this.#sync()
    await this.#makeRoom()
    return () => this.#count(own)
  }

  /** The names have to be on the disk before the journal deletes its copy. */
  async #sync(): Promise<void> {
    const { system } = this.#context
    await syncFolder(system, this.#path)
    if (this.#isSynced) return
    this.#isSynced = true
    await syncFolder(system, dirname(this.#path))
    await this.#journal?.syncName()
  }

  /** All files, the oldest first. */
  async list(): Promise<DeadLetterFile[]> {
    if (!(await this.#isTrusted())) return []
    const names = await this.#names()
    await deleteUnfinished(this.#context.system, this.#path, names, UNFINISHED_MILLIS)
    const known = new Set(names)
    for (const name of this.#sizes.keys()) if (!known.has(name)) this.#sizes.delete(name)
    const files: DeadLetterFile[] = []
    for (const name of names.sort()) {
      const path = join(this.#path, name)
      const spans = NAME.exec(name)?.[1]
      const bytes = spans === undefined ? undefined : await this.#sizeOf(name)
      if (bytes !== undefined) files.push({ name, path, spans: Number(spans), bytes })
    }
    return files
  }

  /** Deletes all files, those that are being written, too; resolves to the number of spans. */
  purge(): Promise<number> {
    return this.#turns.run(async () => {
      let spans = 0
      for (const file of await this.list()) if (await this.delete(file, 'purged')) spans += file.spans
      // Those of other processes: this one is writing none now.
      if (await this.#isTrusted()) {
        await deleteUnfinished(this.#context.system, this.#path, await this.#names(), 0)
      }
      return spans
    })
  }

  /** A file is in the queue again. */
  forget(file: DeadLetterFile): void {
    this.#own.delete(file.name)
  }

  /**
   * Deletes a file and counts its spans. Those of another process are counted as adopted, too: the process that put them
   * there does not find out.
   */
  async delete(file: DeadLetterFile, reason: DroppedReason): Promise<boolean> {
    const own = this.#own.get(file.name)
    const isDeleted = await this.#context.system.fs.promises.unlink(file.path).then(
      () => true,
      () => false,
    )
    if (!isDeleted) return false
    this.#own.delete(file.name)
    const { counters } = this.#context.accounting
    if (own !== undefined && !own.isCounted) {
      own.dropped = reason
      return true
    }
    if (own === undefined) counters.adopted += file.spans
    else counters.rejected -= own.spans
    countDropped(counters, reason, file.spans)
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
    const own = [...this.#own.keys()]
    const files = await this.list()
    const known = new Set(files.map((file) => file.name))
    // Another process has queued it again or deleted it, and counts it.
    for (const name of own) if (!known.has(name)) this.#own.delete(name)
    let bytes = 0
    for (const file of files.reverse()) {
      bytes += file.bytes
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

  /** Undefined for what is not a file of this user, or gone. */
  async #sizeOf(name: string): Promise<number | undefined> {
    const known = this.#sizes.get(name)
    if (known !== undefined) return known
    const { promises } = this.#context.system.fs
    try {
      const stat = await promises.lstat(join(this.#path, name))
      const folder = await promises.lstat(this.#path)
      if (!stat.isFile() || stat.uid !== folder.uid) {
        this.#leaveAlone(`${name} is not a file of this user`)
        return undefined
      }
      this.#sizes.set(name, stat.size)
      return stat.size
    } catch {
      return undefined
    }
  }

  #names(): Promise<string[]> {
    return this.#context.system.fs.promises.readdir(this.#path).catch((): string[] => [])
  }

  async #isTrusted(): Promise<boolean> {
    const objection = await this.#trust.objection(this.#path)
    if (objection !== undefined) this.#leaveAlone(objection)
    return objection === undefined
  }

  #leaveAlone(reason: string): void {
    problems.report(
      'dead-letters:left-alone',
      () =>
        `${this.#path} is not used as it is: ${reason}. What is there is left alone, and rejected spans are kept in ` +
        'memory if they cannot be kept there',
      `${this.#path} ${reason}`,
    )
  }
}
