/**
 * The version that a reader of the API's global object is told. Only copies that are as old or older use what is
 * registered. API 1.10 has nothing in what is registered that 1.9 lacks, but `attach` of a context manager, for which it
 * looks first. So copies of 1.10 may use what one of 1.9 has registered. Of others, nobody knows.
 */
export const versionForReaders = (registered: unknown): unknown =>
  typeof registered === 'string' && /^1\.9\.\d+$/.test(registered) ? '1.10.0' : registered

/**
 * Notices a copy of the API that uses nothing of what is registered, because it is newer than the copy that has registered.
 *
 * Copies of all versions read the version first. Who accepts it goes on to a property: 1.9 and older by way of the global
 * object, later ones at once. So a version that is read, and then the global object twice, or once and the version again,
 * is one that a reader has refused.
 */
export class RefusedReaders {
  readonly #tell: () => void
  /** What has been read since the version was: nothing, or the global object. */
  #since: 'version' | 'global' | undefined

  /** @param tell is called whenever a reader has refused the version, in a later read */
  constructor(tell: () => void) {
    this.#tell = tell
  }

  /** The global object is read. */
  onGlobal(): void {
    this.#check()
    this.#since = this.#since === 'version' ? 'global' : undefined
  }

  /** The version is read, by somebody who does not register anything. */
  onVersion(): void {
    this.#check()
    this.#since = 'version'
  }

  /** A property is read. */
  onUse(): void {
    this.#since = undefined
  }

  #check(): void {
    if (this.#since !== 'global') return
    this.#since = undefined
    this.#tell()
  }
}
