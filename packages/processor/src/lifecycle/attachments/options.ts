import { checkFunction, checkOptions, checkWhole } from '../check-option.ts'
import { LONGEST_TIMER } from '../platform.ts'
import type { AddressLike } from './input.ts'

/** What is too large to travel inline, as `upload` gets it. */
export interface LargeAttachment {
  /** All of it. What the application attached, where that is bytes: not a copy. */
  readonly data: Uint8Array
  /** A name for people; undefined where none was given. */
  readonly name: string | undefined
  /** Its media type. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  /** SHA-256 as 64 hexadecimal digits; undefined where the platform has none. */
  readonly sha256: string | undefined
  /** The session that it belongs to. */
  readonly sessionId: string
}

/** Where it lies now: an address, or something that has one, such as a `URL`. */
export type UploadedTo = string | AddressLike

/** How attachments travel. */
export interface AttachmentOptions {
  /**
   * Up to how many bytes an attachment travels in the span itself, before base64, which makes a third more of
   * what is no text. 0 to 1,048,576: a gRPC receiver refuses a whole batch beyond 4 MiB, and an attachment
   * shares its batch with others. With 0 nothing but an empty one does.
   *
   * @default 4096
   */
  readonly maxInlineBytes?: number | undefined
  /**
   * Takes what is larger, and says where it lies; the address travels in place of the content, under the rule of
   * `AttachedUrl`. It is asked for data that is here, and for files and Blobs of at most 64 MiB. Where it
   * throws, rejects, gives no address or takes too long, name, type, size and hash travel alone.
   */
  readonly upload?: ((attachment: LargeAttachment) => UploadedTo | PromiseLike<UploadedTo>) | undefined
  /**
   * How long reading an attachment may take, and then its upload, in milliseconds: 1 to 2,147,483,647. Neither is
   * cancelled, but no longer waited for; until then the process stays alive.
   *
   * @default 30000
   */
  readonly uploadTimeoutMillis?: number | undefined
}

/** The options, checked. */
export interface AttachmentSettings {
  readonly maxInlineBytes: number
  readonly upload: AttachmentOptions['upload']
  readonly uploadTimeoutMillis: number
}

const OPTIONS = ['maxInlineBytes', 'upload', 'uploadTimeoutMillis'] satisfies (keyof AttachmentOptions)[]
const MOST_INLINE = 2 ** 20

/**
 * The options, checked.
 *
 * @param where the function that was given them
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function attachmentSettings(options: AttachmentOptions, where: string): AttachmentSettings {
  checkOptions(where, options, OPTIONS)
  const { maxInlineBytes = 4096, upload, uploadTimeoutMillis = 30_000 } = options
  checkWhole(where, 'maxInlineBytes', maxInlineBytes, 0, MOST_INLINE)
  checkFunction(where, 'upload', upload)
  checkWhole(where, 'uploadTimeoutMillis', uploadTimeoutMillis, 1, LONGEST_TIMER)
  return { maxInlineBytes, upload, uploadTimeoutMillis }
}
