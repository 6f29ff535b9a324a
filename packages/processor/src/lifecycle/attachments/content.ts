import { kindOf } from '@otel-sessions/semconv/internal'
import type { BlobLike } from './input.ts'
import { Unreadable } from './unreadable.ts'

interface Coders {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array }
  atob(base64: string): string
}
const { TextEncoder, atob } = globalThis as unknown as Coders

/** It is decoded in one go, which must not block. */
const DATA_URL_MAX = 2 ** 21

/** Data that was attached, as bytes: at once, or once a Blob has given them. */
export interface Data {
  /** Undefined: a Blob that is larger than may be loaded. */
  readonly bytes: Uint8Array | undefined
  readonly size: number
  /** Its own name, of a File. */
  readonly name?: unknown
  /** Its own media type, of a Blob and a `data:` URL. */
  readonly type?: unknown
}

/**
 * Data as bytes.
 *
 * @param most a Blob that is larger, in bytes, is not loaded
 * @throws Unreadable where it is none
 */
export function readData(data: unknown, most: number): Data | Promise<Data> {
  if (typeof data === 'string') return withSize(new TextEncoder().encode(data), 'text/plain')
  // Neither by instanceof: a test runner's or a frame's are of another realm.
  if (ArrayBuffer.isView(data)) {
    return withSize(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength))
  }
  if (isBuffer(data)) return withSize(new Uint8Array(data))
  if (isBlob(data)) return readBlob(data, most)
  throw new Unreadable(`its data is ${kindOf(data)}; strings, bytes and Blobs are taken`)
}

/**
 * What is in a `data:` URL.
 *
 * @throws where it is malformed
 */
export function readDataUrl(href: string): Data {
  if (href.length > DATA_URL_MAX)
    throw new Unreadable(`a data: URL of more than ${DATA_URL_MAX} characters is not decoded; give data`)
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
