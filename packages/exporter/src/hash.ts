/**
 * Makes valid session IDs of strings that are not. An entry point of its own, because only this part of the package needs
 * a hash function.
 *
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * Makes a session ID of a string that is too long or not printable US-ASCII: the SHA-256 of its UTF-8 form, as 64
 * hexadecimal digits. The same string gives the same ID in every process and language. Different strings give different
 * IDs, unlike truncation, which merges sessions.
 *
 * The hash is no protection: anybody who knows the string can compute it.
 *
 * @param id any string; one with lone surrogates has no UTF-8 form, so its JSON is hashed
 * @returns 64 characters of 0 to 9 and a to f, which every known backend accepts
 * @example new SessionSpanExporter(new OTLPTraceExporter(), { onInvalid: hashSessionId })
 * @example usingSession(hashSessionId(url), fn)
 */
export function hashSessionId(id: string): string {
  return bytesToHex(sha256(utf8ToBytes(isWellFormed(id) ? id : JSON.stringify(id))))
}

/** `String.prototype.isWellFormed`, which is newer than the language target of this package. */
const isWellFormed = (id: string): boolean => !/\p{Surrogate}/u.test(id)
