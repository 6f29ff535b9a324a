/**
 * The longest session ID, in UTF-16 code units (equal to characters and bytes, as only US-ASCII is valid).
 *
 * Source: "any US-ASCII character string less than 200 characters, if it exceeds it will be dropped"
 * (session guides of Langfuse and InteractiveAI).
 */
export const SESSION_ID_MAX_LENGTH = 199

/** The longest tag, in UTF-16 code units. A longer one is left out and counted. */
export const TAG_MAX_LENGTH = 200

/** The most tags of one scope, after nested scopes were united. Further ones are left out and counted. */
export const TAGS_MAX_COUNT = 32

/** The longest `metadata` JSON that is stamped, in UTF-16 code units (4 kB). A longer one is left out and counted. */
export const METADATA_MAX_LENGTH = 4096

/** The longest `metadata` JSON that is searched for an alias, in UTF-16 code units (32 kB). */
export const METADATA_READ_MAX_LENGTH = 32_768
