/** Forces the names of new files and folders to the disk: a file that was synced is lost with its name. */
import type { System } from './context.ts'

/** With these errors, a later attempt may succeed. With others, the system cannot sync folders: Windows cannot open them. */
const FAILURES = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EIO', 'ENOSPC', 'EDQUOT'])

const isFailure = (error: unknown): boolean =>
  FAILURES.has((error as NodeJS.ErrnoException | undefined)?.code ?? '')

async function sync({ fs }: System, path: string): Promise<void> {
  const folder = await fs.promises.open(path, 'r')
  await folder.sync().finally(() => folder.close())
}

function syncNow({ fs }: System, path: string): void {
  const fd = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(fd)
  } finally {
    fs.closeSync(fd)
  }
}

/** Forces a folder's names to the disk; not every system can. Never rejects. */
export const syncFolder = (system: System, path: string): Promise<void> => sync(system, path).catch(() => {})

/** The same within the call. Never throws. */
export function syncFolderNow(system: System, path: string): void {
  try {
    syncNow(system, path)
  } catch {
    // As above.
  }
}

/** Folders whose new names are to be forced to the disk, once. */
export class NewNames {
  readonly #system: System
  readonly #above: NewNames | undefined
  #folders: readonly string[]

  /**
   * @param folders those that have new names
   * @param above comes first: a folder of these is new itself
   */
  constructor(system: System, folders: readonly string[], above?: NewNames) {
    this.#system = system
    this.#folders = folders
    this.#above = above
  }

  /** Rejects with the error of the system if a later attempt may succeed. */
  async sync(): Promise<void> {
    await this.#above?.sync()
    const folders = this.#folders
    for (const folder of folders) {
      await sync(this.#system, folder).catch((error: unknown) => {
        if (isFailure(error)) throw error
      })
    }
    this.#folders = []
  }

  /** The same within the call. Throws that error. */
  syncNow(): void {
    this.#above?.syncNow()
    for (const folder of this.#folders) {
      try {
        syncNow(this.#system, folder)
      } catch (error) {
        if (isFailure(error)) throw error
      }
    }
    this.#folders = []
  }
}
