import {
  checkFunction,
  checkOptions,
  checkWholeNumber,
  LONGEST_TIMER_MILLIS,
} from '@otel-sessions/semconv/internal'
import type { AddressLike } from './input.ts'

/** An attachment that is too large to be sent inline, as `upload` gets it. */
export interface LargeAttachment {
  /** The content. Bytes that the application attached are passed as they are, without a copy. */
  readonly data: Uint8Array
  /** The display name; undefined where none was given. */
  readonly name: string | undefined
  /** The media type. */
  readonly type: string
  /** The size in bytes. */
  readonly size: number
  /** SHA-256 as 64 hexadecimal digits; undefined where the platform cannot compute it. */
  readonly sha256: string | undefined
  /** The ID of the session that the attachment belongs to. */
  readonly sessionId: string
}

/** The URL of an uploaded attachment, or an object that has one, such as a `URL`. */
export type UploadedTo = string | AddressLike

/** How attachments are sent. */
export interface AttachmentOptions {
  /**
   * The most bytes of an attachment that is sent inline, in the span itself: 0 to 1,048,576, counted before base64,
   * which adds a third to what is not text. gRPC endpoints reject a whole batch above 4 MiB, and an attachment shares
   * its batch with other spans. With 0 only empty attachments are sent inline.
   *
   * @default 4096
   */
  readonly maxInlineBytes?: number | undefined
  /**
   * Uploads a larger attachment and returns its URL, which is sent in place of the content. The URL follows the rule of
   * `AttachedUrl`. Called for data, and for files and Blobs of at most 64 MiB. Where it throws, rejects, returns no
   * valid URL or takes too long, only name, type, size and hash are sent.
   */
  readonly upload?: ((attachment: LargeAttachment) => UploadedTo | PromiseLike<UploadedTo>) | undefined
  /**
   * How long reading an attachment may take, and then its upload, in milliseconds: 1 to 2,147,483,647. After that
   * nothing is cancelled, but `attach` no longer waits. Until then the process stays alive.
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
 * Checks the options.
 *
 * @param where the function that the messages name
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function attachmentSettings(options: AttachmentOptions, where: string): AttachmentSettings {
  const own = checkOptions(where, options, OPTIONS)
  const { maxInlineBytes = 4096, upload, uploadTimeoutMillis = 30_000 } = own
  checkWholeNumber(where, 'maxInlineBytes', maxInlineBytes, 0, MOST_INLINE)
  checkFunction(where, 'upload', upload)
  checkWholeNumber(where, 'uploadTimeoutMillis', uploadTimeoutMillis, 1, LONGEST_TIMER_MILLIS)
  return { maxInlineBytes, upload, uploadTimeoutMillis }
}
