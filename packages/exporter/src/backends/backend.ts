import type { ReadableAttributes } from '@otel-sessions/semconv'
import type { ProblemLog } from '@otel-sessions/semconv/internal'

/** Where a backend reads tags, and in which form. */
export interface BackendTags {
  /** The attribute. */
  readonly key: string
  /** An array of strings, one string with commas between the tags, or a JSON array in a string. */
  readonly form: 'array' | 'comma-separated' | 'json'
}

/** Where a backend reads metadata: one attribute for each key, or one JSON object in a string. */
export type BackendMetadata =
  | {
      /** The prefix of each metadata key, usually with a dot at its end. */
      readonly prefix: string
      /** One attribute for each key. Objects and arrays are written as JSON. */
      readonly form: 'attributes'
    }
  | {
      /** The attribute. */
      readonly key: string
      /** A JSON object in a string. */
      readonly form: 'json'
    }

/** Which session IDs a backend accepts, if it accepts fewer than `checkSessionId`. */
export interface BackendIdRule {
  /**
   * The longest ID, in characters: 1 to 199.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
  /** Must match the whole ID, also without `^` and `$`. The flags `g`, `y` and `m` have no effect. */
  readonly pattern?: RegExp | undefined
}

/** The attributes that one backend groups by, as `defineBackend` takes them. */
export interface BackendDefinition {
  /** The name in `stats().backends` and in log messages. Two backends of one exporter need different names. */
  readonly name: string
  /** The attributes that get the session ID; an empty array if the backend has none. */
  readonly session: readonly string[]
  /**
   * Other attributes that the backend reads as the session. Nothing is written to them, and metadata cannot use their
   * names. Like those of `session`, they are removed from spans whose session is cleared.
   */
  readonly alsoReads?: readonly string[] | undefined
  /** The attribute that gets the conversation ID, if that is a string. */
  readonly conversation?: string | undefined
  /**
   * The backend groups by conversations only: a span without a conversation of its own gets the session ID as its
   * conversation. A span that has one keeps it, so a session in which a framework writes its own conversation ID on some
   * spans shows up as two. On spans whose session is cleared, the framework's conversation stays.
   *
   * @default false
   */
  readonly conversationFromSession?: boolean | undefined
  /** The attribute that gets the user ID, if that is a string. */
  readonly user?: string | undefined
  /** Where tags are written. Tags that are not strings are left out. */
  readonly tags?: BackendTags | undefined
  /**
   * Where metadata is written. Keys that would name a session, a user or a prototype are left out, and so are null
   * values and, with form `attributes`, all keys after the first 128. Metadata above 32 kB of JSON is not read.
   */
  readonly metadata?: BackendMetadata | undefined
  /** Which IDs the backend accepts, if it accepts fewer than others. It gets no session ID that breaks the rule. */
  readonly idRule?: BackendIdRule | undefined
  /** Constant attributes to write beside the session. */
  readonly extras?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** The key of the function that makes an attribute mapper. Exporters call it, so they import no mapping code. */
export const CREATE_MAPPER: unique symbol = Symbol.for('otel-sessions.create-mapper') as never

/**
 * A backend for the option `backends`. Import the known ones from `@otel-sessions/exporter/backends`; make your own
 * with `defineBackend`. A backend cannot be changed.
 */
export interface SessionBackend extends BackendDefinition {
  /** Internal: a `CreateMapper`. */
  readonly [CREATE_MAPPER]: unknown
}

/** Why something could not be written for a backend. */
export type BackendProblem =
  | 'id-too-long'
  | 'id-not-allowed'
  | 'cleared'
  | 'conversation-not-a-string'
  | 'user-not-a-string'
  | 'tags-not-strings'
  | 'tag-with-comma'
  | 'tags-unreadable'
  | 'metadata-key'
  | 'metadata-too-many'
  | 'metadata-too-long'
  | 'metadata-not-an-object'
  | 'metadata-unserialisable'
  | 'attributes-unreadable'

/** How often each backend had each problem. */
export type BackendProblemCounts = Record<string, Partial<Record<BackendProblem, number>>>

/**
 * Maps the validated attributes of a span to those that are exported for all backends; undefined if nothing changes.
 * Never throws: a problem of a backend must not undo the validation.
 *
 * @param isCleared whether the application cleared the session of the span
 */
export type AttributeMapper = (
  attributes: ReadableAttributes,
  isCleared: boolean,
) => ReadableAttributes | undefined

/**
 * Makes the mapper for several backends; undefined if no backend needs a change.
 *
 * @param where the option in error messages
 * @param counts what the mapper counts problems in
 * @param log where it reports them, with kinds and lengths, never a value: it is the exporter's, so backends need none
 * @throws TypeError if two backends have the same name
 */
export type CreateMapper = (
  backends: readonly SessionBackend[],
  where: string,
  counts: BackendProblemCounts,
  log: Pick<ProblemLog<string>, 'report'>,
) => AttributeMapper | undefined

/**
 * How the keys of a backend are known: `verified` against a running server, read in the `code` of the server or of the
 * vendor's SDK, `documented` by the vendor, or `assumed`.
 */
export type BackendEvidence = 'verified' | 'code' | 'documented' | 'assumed'

/** What spans have without any backend: `session.id`, `user.id`, `tag.tags` and `metadata`. */
export type BackendField = 'session' | 'user' | 'tags' | 'metadata'

/** What is known of a backend, for documentation. */
export interface BackendFacts {
  /** The usual names of the products. */
  readonly backend: string
  /** How the keys are known. */
  readonly evidence: BackendEvidence
  /** What was read or run, and what else you should know, in a sentence. */
  readonly source: string
  /**
   * What the backend reads from the attributes that spans have anyway. A field that is missing here is not read, or not
   * on every span, or not known to be.
   */
  readonly reads: readonly BackendField[]
  /**
   * The full address of its OTLP/HTTP endpoint for traces, if known: the `url` of an exporter, or
   * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. Hosted backends have other hosts for other regions. Replace `<host>` and
   * `localhost` by your server.
   */
  readonly endpoint?: string | undefined
  /** The headers that it is documented to require. */
  readonly headers?: readonly string[] | undefined
  /** The encodings that it accepts, if known. */
  readonly contentType?: 'protobuf' | 'json' | 'both' | undefined
}
