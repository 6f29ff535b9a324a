import type { Attributes } from '@opentelemetry/api'
import { ATTR_SESSION_ATTACHMENT_CONTENT, ATTR_SESSION_ATTACHMENT_ENCODING } from '@otel-sessions/semconv'

interface TextDecoderLike {
  decode(bytes: Uint8Array): string
}
const { TextDecoder, btoa } = globalThis as unknown as {
  TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => TextDecoderLike
  btoa(binary: string): string
}

const TEXT = /^(text\/|application\/(json|xml) *(;|$)|[^;]*\+(json|xml) *(;|$))/i
const CHARSET = /; *charset *= *"?([^";]*)"?/i

/** Bytes as an attribute: text as it is, where the type says text and the bytes are it; everything else in base64. */
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
    // The mark of the byte order is one of the bytes that were hashed.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** So many arguments a function can take on every platform. */
const CHUNK = 8192

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK))
  }
  return btoa(binary)
}
