import { kindOf, numberOrKind } from '@otel-sessions/semconv/internal'
import { reportLeftOut } from '../../report/report.ts'
import { checkText } from '../emit/check-values.ts'

/** What `attach` takes: data, a file of this machine, or a URL. */
export type AttachmentInput = AttachedData | AttachedFile | AttachedUrl

/** The part of the platform's Blob and File that is used. */
export interface BlobLike {
  /** The size in bytes. */
  readonly size: number
  /** The media type; empty where there is none. */
  readonly type: string
  /** Returns the whole content. */
  arrayBuffer(): Promise<ArrayBuffer>
}

/** Data to attach. */
export interface AttachedData {
  /**
   * The content. Do not change bytes until `attach` resolves: content that is not sent inline is not copied. A Blob of
   * more than 64 MiB is not loaded: only its name, type and size are sent.
   */
  readonly data: string | Uint8Array | ArrayBuffer | BlobLike
  /** A display name of 1 to 255 characters. @default the name of a `File` */
  readonly name?: string | undefined
  /** Media type. @default the type of a Blob, `text/plain` for a string, else `application/octet-stream` */
  readonly type?: string | undefined
  /** Give one of data, file and url. */
  readonly file?: undefined
  /** Give one of data, file and url. */
  readonly url?: undefined
}

/**
 * A file of this machine to attach; needs Node, Bun or Deno. It is read in pieces. Above 64 MiB only its hash is
 * computed, above 1 GiB not even that. What is not a regular file is left out.
 */
export interface AttachedFile {
  /** The path, read as it is. Which files may be attached is for you to check. */
  readonly file: string
  /** A display name of 1 to 255 characters. @default the last part of the path */
  readonly name?: string | undefined
  /** Media type. @default 'application/octet-stream' */
  readonly type?: string | undefined
  /** Give one of data, file and url. */
  readonly data?: undefined
  /** Give one of data, file and url. */
  readonly url?: undefined
}

/** An object with a URL, such as a `URL`. */
export interface AddressLike {
  /** The URL as a string. */
  readonly href: string
}

/** Content to attach that is stored elsewhere; it is not fetched. */
export interface AttachedUrl {
  /**
   * An absolute URL of at most 8192 characters: http, https, s3 or gs, without user or password. Any other is left
   * out. A `data:` URL of at most 2,097,152 characters counts as data. The query is sent too, with secrets in it.
   */
  readonly url: string | AddressLike
  /** A display name of 1 to 255 characters. */
  readonly name?: string | undefined
  /** The media type, if you know it. */
  readonly type?: string | undefined
  /** The size in bytes, if you know it. */
  readonly size?: number | undefined
  /** The SHA-256 as 64 hexadecimal digits, if you know it. */
  readonly sha256?: string | undefined
  /** Give one of data, file and url. */
  readonly data?: undefined
  /** Give one of data, file and url. */
  readonly file?: undefined
}

/** What is attached cannot be read. The message contains no path and no content. */
export class Unreadable extends Error {}

const NAME_MAX = 255
const TYPE_MAX = 255
const URL_MAX = 8192

// RFC 9110: type "/" subtype, then parameters.
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+ *(;[\x20-\x7e]*)?$/
const SHA256 = /^[0-9a-f]{64}$/i

/** A display name; undefined where it is missing, or invalid, which is counted. */
export function nameOf(name: unknown): string | undefined {
  return checkText('attachment:bad-name', "an attachment's name", name, NAME_MAX)
}

/** A media type; undefined where it is missing, or invalid, which is counted. */
export function typeOf(type: unknown): string | undefined {
  // A Blob without a type has an empty one.
  if (type === undefined || type === null || type === '') return undefined
  if (typeof type === 'string' && type.length <= TYPE_MAX && MEDIA_TYPE.test(type)) return type
  reportLeftOut('attachment:bad-type', "an attachment's type", type, 'a media type such as image/png')
  return undefined
}

/** A size in bytes; undefined where it is missing, or invalid, which is counted. */
export function sizeOf(size: unknown): number | undefined {
  if (size === undefined || size === null) return undefined
  if (Number.isSafeInteger(size) && (size as number) >= 0) return size as number
  reportLeftOut('attachment:bad-size', "an attachment's size", size, 'a number of bytes', numberOrKind)
  return undefined
}

/** SHA-256 in lower case; undefined where it is missing, or invalid, which is counted. */
export function sha256Of(sha256: unknown): string | undefined {
  if (sha256 === undefined || sha256 === null) return undefined
  if (typeof sha256 === 'string' && SHA256.test(sha256)) return sha256.toLowerCase()
  reportLeftOut('attachment:bad-sha256', "an attachment's SHA-256", sha256, '64 hexadecimal digits')
  return undefined
}

interface ParsedUrl {
  readonly href: string
  readonly protocol: string
  readonly username: string
  readonly password: string
}
const { URL } = globalThis as unknown as { URL: new (text: string) => ParsedUrl }

const SCHEMES = ['http:', 'https:', 's3:', 'gs:']

/** The URL of a string, or of an object that has an `href`. */
export function hrefOf(url: unknown): unknown {
  return typeof url === 'object' && url !== null ? (url as { href?: unknown }).href : url
}

/** A valid URL as the class `URL` writes it, or why it is invalid. It is never fetched. */
export function checkUrl(href: unknown): { readonly url: string } | { readonly problem: string } {
  if (typeof href !== 'string') return { problem: `it is ${kindOf(href)}` }
  // A long URL would be a way around `maxInlineBytes`.
  if (href.length > URL_MAX) return { problem: `it has more than ${URL_MAX} characters` }
  try {
    const parsed = new URL(href)
    if (!SCHEMES.includes(parsed.protocol)) return { problem: 'its scheme is not http, https, s3 or gs' }
    if (parsed.username !== '' || parsed.password !== '')
      return { problem: 'it contains a user or a password' }
    return { url: parsed.href }
  } catch {
    return { problem: 'it is not an absolute URL' }
  }
}
