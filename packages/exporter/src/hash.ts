/**
 * IDs that a backend refuses, made into IDs that it takes. Apart from the rest of the package, because it is
 * the only part that needs a hash function.
 *
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * A session ID for a string that is none, because it is too long or not printable US-ASCII: the SHA-256 of its
 * UTF-8 form, as 64 hexadecimal digits. The same string always gives the same ID, in any process and in any
 * language; different strings give different ones, which is what truncation would not do.
 *
 * It is no protection of what the string says: who knows the string knows the hash.
 *
 * @param id any string. One with lone surrogates has no UTF-8 form; its JSON is hashed
 * @returns 64 characters of 0 to 9 and a to f: valid for every backend with a rule of its own that we know of
 * @example new SessionSpanExporter(new OTLPTraceExporter(), { onInvalid: hashSessionId })
 * @example usingSession(hashSessionId(url), fn)
 */
export function hashSessionId(id: string): string {
  return bytesToHex(sha256(utf8ToBytes(isWellFormed(id) ? id : JSON.stringify(id))))
}

/** `String.prototype.isWellFormed`, which the language target of this package does not know yet. */
const isWellFormed = (id: string): boolean => !/\p{Surrogate}/u.test(id)
