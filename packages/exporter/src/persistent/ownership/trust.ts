import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { CHECKPOINT_NAME, type System } from '../journal/index.ts'
import { ALIVE_NAME, hasSpans } from './folder.ts'

const OTHERS_MAY_WRITE = 0o002

/** What the file system shows of a folder that this process has made. */
type Measure = Pick<Stats, 'uid' | 'mode'>

/**
 * Whether a folder can only contain what processes of this user have written: in a shared directory, a link could lead
 * anywhere, and another user could have put anything there.
 *
 * What the file system shows of our own new folder is the measure. A network file system may show another user as the
 * owner of all that we make, and a volume of another system the same permissions for every folder. The group may write:
 * Kubernetes permits that whenever it mounts a volume with `fsGroup`.
 */
export class Trust {
  readonly #system: System
  readonly #directory: string
  readonly #ownPath: () => string | undefined
  #measure: Measure | undefined

  /** @param ownPath the folder that this process has made; undefined while there is none */
  constructor(system: System, directory: string, ownPath: () => string | undefined) {
    this.#system = system
    this.#directory = directory
    this.#ownPath = ownPath
  }

  /** Why a folder must not be taken over; undefined if it may be, or is gone. Never rejects. */
  async objection(path: string): Promise<string | undefined> {
    const { promises } = this.#system.fs
    try {
      const stat = await promises.lstat(path)
      if (stat.isSymbolicLink()) return 'it is a link'
      if (!stat.isDirectory()) return 'it is not a folder'
      const measure = await this.#measured()
      if (measure === undefined) return undefined
      if (stat.uid !== measure.uid) {
        return `it belongs to another user (${stat.uid}) than the folders of this process (${measure.uid})`
      }
      if (stat.mode & OTHERS_MAY_WRITE & ~measure.mode) {
        return `all users may write to it (mode ${(stat.mode & 0o777).toString(8)})`
      }
      for (const name of await promises.readdir(path)) {
        if (!hasSpans(name) && name !== CHECKPOINT_NAME && name !== ALIVE_NAME) continue
        const file = await promises.lstat(join(path, name))
        // Links are not followed and only regular files are read, so anything else hides nothing of the rest.
        if (file.isFile() && file.uid !== measure.uid)
          return `it contains files of another user (${file.uid})`
      }
      return undefined
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
      return code === 'ENOENT' ? undefined : `it cannot be read (${code})`
    }
  }

  /** Undefined where the system has no users, such as Windows. */
  async #measured(): Promise<Measure | undefined> {
    if (process.geteuid === undefined) return undefined
    const path = this.#ownPath()
    if (this.#measure === undefined && path !== undefined) this.#measure = await this.#show(path)
    return this.#measure ?? { uid: await this.#userId(), mode: 0 }
  }

  /** Deno may forbid to ask for it; the directory belongs to the same user. */
  async #userId(): Promise<number> {
    try {
      return process.geteuid?.() ?? 0
    } catch {
      return (await this.#show(this.#directory))?.uid ?? 0
    }
  }

  #show(path: string): Promise<Measure | undefined> {
    return this.#system.fs.promises.lstat(path).catch(() => undefined)
  }
}
