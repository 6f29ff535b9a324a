import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'

/** The longest name, media type and address, in characters. */
const NAME_MAX = 255
const TYPE_MAX = 255
const URL_MAX = 8192

// RFC 9110: type "/" subtype, then parameters.
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+ *(;[\x20-\x7e]*)?$/
const SHA256 = /^[0-9a-f]{64}$/i

/** A name for people, or undefined: none is given, or it is left out and counted. */
export function nameOf(name: unknown): string | undefined {
  if (name === undefined || name === null) return undefined
  if (typeof name === 'string' && name !== '' && name.length <= NAME_MAX) return name
  report('attachment:bad-name', () => {
    return `an attachment's name is left out: it is ${kindOf(name)}, not a string of 1 to ${NAME_MAX} characters`
  })
  return undefined
}

/** A media type, or undefined: none is given, or it is left out and counted. */
export function typeOf(type: unknown): string | undefined {
  // What a Blob without a type has.
  if (type === undefined || type === null || type === '') return undefined
  if (typeof type === 'string' && type.length <= TYPE_MAX && MEDIA_TYPE.test(type)) return type
  report('attachment:bad-type', () => {
    return `an attachment's type is left out: it is ${kindOf(type)}, not a media type such as image/png`
  })
  return undefined
}

/** A size in bytes, or undefined: none is given, or it is left out and counted. */
export function sizeOf(size: unknown): number | undefined {
  if (size === undefined || size === null) return undefined
  if (Number.isSafeInteger(size) && (size as number) >= 0) return size as number
  report('attachment:bad-size', () => {
    const is = typeof size === 'number' ? String(size) : kindOf(size)
    return `an attachment's size is left out: it is ${is}, not a number of bytes`
  })
  return undefined
}

/** SHA-256 in lower case, or undefined: none is given, or it is left out and counted. */
export function sha256Of(sha256: unknown): string | undefined {
  if (sha256 === undefined || sha256 === null) return undefined
  if (typeof sha256 === 'string' && SHA256.test(sha256)) return sha256.toLowerCase()
  report('attachment:bad-sha256', () => {
    return `an attachment's SHA-256 is left out: it is ${kindOf(sha256)}, not 64 hexadecimal digits`
  })
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

/** An address as a string, of a string or of what has an `href`. */
export function hrefOf(url: unknown): unknown {
  return typeof url === 'object' && url !== null ? (url as { href?: unknown }).href : url
}

/** An address that may travel, as `URL` writes it; or why it may not. It is never fetched. */
export function checkAddress(href: unknown): { readonly url: string } | { readonly problem: string } {
  if (typeof href !== 'string') return { problem: `it is ${kindOf(href)}` }
  // Neither shall an address be a way around the limit of what travels inline.
  if (href.length > URL_MAX) return { problem: `it has more than ${URL_MAX} characters` }
  try {
    const parsed = new URL(href)
    if (!SCHEMES.includes(parsed.protocol)) return { problem: 'its scheme is not http, https, s3 or gs' }
    if (parsed.username !== '' || parsed.password !== '')
      return { problem: 'it has a user or a password in it' }
    return { url: parsed.href }
  } catch {
    return { problem: 'it is no absolute URL' }
  }
}
