import { join } from 'node:path'
import { problems } from '../../problems.ts'
import type { JournalReader, QueueContext } from '../journal/index.ts'
import { Folder, ownerOf } from './folder.ts'
import { Liveness } from './liveness.ts'
import { TakenJournal } from './taken-journal.ts'
import { Trust } from './trust.ts'

/** Looks for the journals of dead processes, again and again, and takes them over. */
export class Takeover {
  /** Called after a journal was taken over: there is something to send. */
  onTaken = () => {}
  /** The journals that were taken over and have something left, the oldest first. */
  readers: readonly JournalReader[] = []
  readonly #context: QueueContext
  readonly #directory: string
  readonly #liveness: Liveness
  readonly #ownPath: () => string | undefined
  readonly #trust: Trust
  #taken: readonly TakenJournal[] = []
  #sweeping: Promise<void> | undefined
  #isClosed = false

  /** @param ownPath the folder that this queue writes to; undefined while there is none */
  constructor(context: QueueContext, directory: string, ownPath: () => string | undefined) {
    this.#context = context
    this.#directory = directory
    this.#liveness = new Liveness(context.system)
    this.#trust = new Trust(context.system, directory, ownPath)
    this.#ownPath = ownPath
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

  /** Shows other processes that the journals that were taken have a living owner. */
  async touch(): Promise<void> {
    for (const journal of this.#taken) {
      if (await journal.touch()) continue
      this.#list(this.#taken.filter((one) => one !== journal))
      journal.lose()
    }
  }

  /** Deletes journals that this Node cannot read. Never rejects. */
  async purgeZstd(): Promise<void> {
    const { promises } = this.#context.system.fs
    for (const name of await promises.readdir(this.#directory).catch(() => [])) {
      if (ownerOf(name)?.kind !== 'zstd') continue
      await promises.rm(join(this.#directory, name), { recursive: true, force: true }).catch(() => {})
    }
  }

  /** Leaves what is left to other processes. A takeover that is under way ends after the file that is being read. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#sweeping
    // One that is emptied meanwhile is not in the list any more.
    while (this.#taken[0] !== undefined) {
      const journal = this.#taken[0]
      this.#list(this.#taken.slice(1))
      await journal.close()
    }
  }

  async #sweep(): Promise<void> {
    const names = await this.#context.system.fs.promises.readdir(this.#directory)
    for (const name of names) {
      if (this.#isClosed) return
      if (!(await this.#isFree(name))) continue
      const journal = await this.#take(name)
      if (journal === undefined) continue
      this.#list([...this.#taken, journal].sort((a, b) => a.oldest - b.oldest))
      this.onTaken()
    }
    this.#liveness.endLook(new Set(names.map((name) => join(this.#directory, name))))
  }

  async #isFree(name: string): Promise<boolean> {
    const owner = ownerOf(name)
    const path = join(this.#directory, name)
    const isOurs = path === this.#ownPath() || this.#taken.some(({ folder }) => folder.path === path)
    if (owner === undefined || isOurs) return false
    if (owner.kind === 'zstd' && !this.#context.system.hasZstd) return false
    if (owner.kind === 'process' && !(await this.#liveness.isDead(path, owner.identity))) return false
    const objection = await this.#trust.objection(path)
    if (objection !== undefined) this.#leaveAlone(name, objection)
    return objection === undefined
  }

  /** Takes a folder and reads what is in it; undefined when another process was faster, or nothing can be sent. */
  async #take(name: string): Promise<TakenJournal | undefined> {
    const { system } = this.#context
    let folder: Folder
    try {
      folder = await Folder.take(system, this.#directory, name)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
      if (code !== 'ENOENT') this.#leaveAlone(name, `it cannot be renamed (${code})`)
      return undefined
    }
    return TakenJournal.open(
      this.#context,
      folder,
      (journal) => this.#finish(journal),
      () => this.#isClosed,
    )
  }

  #leaveAlone(name: string, reason: string): void {
    problems.report(
      'journal:left-alone',
      () =>
        `the journal ${name} in ${this.#directory} is not taken over, and its spans stay there: ${reason}`,
      `${this.#directory} ${reason}`,
    )
  }

  /** Deletes a journal that has nothing left. */
  #finish(journal: TakenJournal): void {
    if (!this.#taken.includes(journal)) return
    this.#list(this.#taken.filter((one) => one !== journal))
    this.#context.tasks.add(journal.end())
  }

  #list(taken: readonly TakenJournal[]): void {
    this.#taken = taken
    this.readers = taken.map(({ reader }) => reader)
  }
}
