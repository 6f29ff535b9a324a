/** A dialect that `SESSION_DIALECTS` has. */
export type BackendName =
  | 'otel'
  | 'openinference'
  | 'langfuse'
  | 'interactiveai'
  | 'langsmith'
  | 'traceloop'
  | 'honeyhive'
  | 'datadog'
  | 'sentry'
  | 'mlflow'
  | 'opik'
  | 'weave'
  | 'laminar'
  | 'posthog'
  | 'braintrust'
  | 'confident'
  | 'respan'
  | 'galileo'
  | 'langwatch'
  | 'agentops'
  | 'azure'
  | 'agentcore'
  | 'maxim'

/** Where a backend looks for tags, and in which form. */
export interface BackendTags {
  /** The attribute. */
  readonly key: string
  /** An array of strings, one string with commas between the tags, or a JSON array in a string. */
  readonly form: 'array' | 'comma-separated' | 'json'
}

/** Where a backend looks for metadata: an attribute for each key, or one JSON object in a string. */
export type BackendMetadata =
  | {
      /** What stands before the key of the metadata, mostly with a dot at its end. */
      readonly prefix: string
      /** One attribute for each key. A value that is an object or an array becomes JSON. */
      readonly form: 'attributes'
    }
  | {
      /** The attribute. */
      readonly key: string
      /** A JSON object in a string. */
      readonly form: 'json'
    }

/** Which session IDs a backend takes, where it takes fewer than `checkSessionId`. */
export interface BackendIdRule {
  /**
   * The longest ID, in characters: 1 to 199.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
  /** What the whole ID must match, also without `^` and `$`; the flags `g`, `y` and `m` change nothing. */
  readonly pattern?: RegExp | undefined
}

/**
 * The attributes by which one backend groups, for the option `dialects` of `SessionSpanExporter`. One of your own
 * is a plain object of this type. An attribute that is stamped already, such as `user.id`, is allowed only where it
 * belongs (as `user`); anywhere else it throws when the exporter is made.
 *
 * @example const mine: SessionDialect = { name: 'mine', session: ['app.session'], user: 'app.user' }
 */
export interface SessionBackend {
  /** What it is called in `stats()` and in what is said; two different dialects of one exporter have two names. */
  readonly name: string
  /** The attributes that get the session ID; an empty array where the backend has none. */
  readonly session: readonly string[]
  /**
   * Further attributes that the backend takes for the session. Nothing is written there, metadata neither; and
   * where the application says that there is no session, they are taken away as those of `session` are.
   */
  readonly alsoReads?: readonly string[] | undefined
  /** The attribute that gets the conversation ID, where that is a string. */
  readonly conversation?: string | undefined
  /**
   * The backend groups by conversations alone: the session ID is the conversation of a span that has none of its own.
   * A span that has one keeps it, so that a session in which a framework writes its own conversation ID on some spans
   * is shown as two; and where the application says that there is no session, the framework's still groups.
   *
   * @default false
   */
  readonly conversationFromSession?: boolean | undefined
  /** The attribute that gets the user ID, where that is a string. */
  readonly user?: string | undefined
  /** Where tags go, those that are strings. */
  readonly tags?: BackendTags | undefined
  /**
   * Where metadata goes. A key is left out that would name a session, a user or a prototype; so is what is null, and
   * as attributes all but the first 128. At most 32 kB of JSON are read.
   */
  readonly metadata?: BackendMetadata | undefined
  /** Which IDs the backend takes, where it takes fewer than others. Another one is left out, for this backend. */
  readonly idRule?: BackendIdRule | undefined
  /** Constant attributes, which the backend wants beside the session. */
  readonly extras?: Readonly<Record<string, string | number | boolean>> | undefined
}
