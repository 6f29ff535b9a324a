import type { Attributes } from '@opentelemetry/api'
import { ATTR_SESSION_ATTACHMENT_CONTENT, ATTR_SESSION_ATTACHMENT_ENCODING } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { type BlobLike, Unreadable } from './input.ts'

// Structural, so that the package needs no runtime's types.
interface Coders {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array }
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string }
  atob(base64: string): string
  btoa(binary: string): string
}
const { TextEncoder, TextDecoder, atob, btoa } = globalThis as unknown as Coders

/** A data: URL is decoded in one go, which must not block. */
const DATA_URL_MAX = 2 ** 21

/** Attached data as bytes. */
export interface Data {
  /** Undefined where a Blob is too large to be loaded. */
  readonly bytes: Uint8Array | undefined
  readonly size: number
  /** The name of a File. */
  readonly name?: unknown
  /** The media type of a Blob or a `data:` URL. */
  readonly type?: unknown
}

/**
 * Reads data as bytes: at once, but for a Blob.
 *
 * @param most the size above which a Blob is not loaded
 * @throws Unreadable where the kind of data is not accepted
 */
export function readData(data: unknown, most: number): Data | Promise<Data> {
  if (typeof data === 'string') return withSize(new TextEncoder().encode(data), 'text/plain')
  // Not by instanceof: a test runner's or a frame's objects are of another realm.
  if (ArrayBuffer.isView(data)) {
    return withSize(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength))
  }
  if (isBuffer(data)) return withSize(new Uint8Array(data))
  if (isBlob(data)) return readBlob(data, most)
  throw new Unreadable(`its data is ${kindOf(data)}, not a string, bytes or a Blob`)
}

/**
 * Reads the content of a `data:` URL.
 *
 * @throws where it is malformed
 */
export function readDataUrl(href: string): Data {
  if (href.length > DATA_URL_MAX)
    throw new Unreadable(`its data: URL has more than ${DATA_URL_MAX} characters; give data instead`)
  const comma = href.indexOf(',')
  if (comma < 0) throw new Unreadable('its data: URL has no comma')
  const head = href.slice('data:'.length, comma)
  const body = href.slice(comma + 1)
  const isBase64 = /; *base64 *$/i.test(head)
  const type = isBase64 ? head.slice(0, head.lastIndexOf(';')) : head
  const bytes = isBase64 ? fromBase64(decodeURIComponent(body)) : percentDecoded(body)
  // RFC 2397 names both defaults.
  return withSize(bytes, type.startsWith(';') ? `text/plain${type}` : type || 'text/plain;charset=US-ASCII')
}

function withSize(bytes: Uint8Array, type?: string): Data {
  return { bytes, size: bytes.length, type }
}

const isBuffer = (data: unknown): data is ArrayBuffer =>
  Object.prototype.toString.call(data) === '[object ArrayBuffer]'

const isBlob = (data: unknown): data is BlobLike & { readonly name?: unknown } =>
  typeof (data as Partial<BlobLike> | null)?.arrayBuffer === 'function' &&
  typeof (data as Partial<BlobLike>).size === 'number'

async function readBlob(blob: BlobLike & { readonly name?: unknown }, most: number): Promise<Data> {
  const { size, name, type } = blob
  if (!Number.isInteger(size) || size < 0) throw new Unreadable('its size is not known')
  if (size > most) return { bytes: undefined, size, name, type }
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return { bytes, size: bytes.length, name, type }
}

function fromBase64(base64: string): Uint8Array {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}

const PERCENT = 0x25

function percentDecoded(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const digits = String.fromCharCode(bytes[index + 1] ?? 0, bytes[index + 2] ?? 0)
    const isEscaped = bytes[index] === PERCENT && /^[0-9a-f]{2}$/i.test(digits)
    bytes[length++] = isEscaped ? Number.parseInt(digits, 16) : (bytes[index] as number)
    if (isEscaped) index += 2
  }
  return bytes.subarray(0, length)
}

const TEXT = /^(text\/|application\/(json|xml) *(;|$)|[^;]*\+(json|xml) *(;|$))/i
const CHARSET = /; *charset *= *"?([^";]*)"?/i

/** Bytes as attributes: as text where the media type is text and the bytes are valid UTF-8, else as base64. */
export function contentAttributes(bytes: Uint8Array, type: string): Attributes {
  const text = isText(type) ? decode(bytes) : undefined
  return {
    [ATTR_SESSION_ATTACHMENT_CONTENT]: text ?? toBase64(bytes),
    [ATTR_SESSION_ATTACHMENT_ENCODING]: text === undefined ? 'base64' : 'utf-8',
  }
}

function isText(type: string): boolean {
  const charset = CHARSET.exec(type)?.[1]?.trim() ?? 'utf-8'
  return TEXT.test(type) && /^(utf-?8|us-ascii)$/i.test(charset)
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    // The byte order mark stays: it is one of the bytes that were hashed.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Every platform passes this many arguments to a function. */
const CHUNK = 8192

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK))
  }
  return btoa(binary)
}
