/** How bodies are compressed. */
export type Compression = 'none' | 'gzip' | 'zstd'

/** Headers by name, or their entries, such as a `Headers` or a `Map`; what is undefined is left out. */
export type HeaderEntries =
  | Readonly<Record<string, string | number | undefined>>
  | Iterable<readonly [string, string | number | undefined]>

/** Headers, or what makes them, before each request: for tokens that run out. */
export type HeadersOption = HeaderEntries | (() => HeaderEntries | Promise<HeaderEntries>)

/**
 * Options of Node's `http.Agent` or `https.Agent`, or a function that gives an agent for a protocol (`'http:'` or
 * `'https:'`), also asynchronously.
 */
export type HttpAgentOption = Readonly<Record<string, unknown>> | ((protocol: string) => unknown)

/** How often what was written is forced to the disk itself, so that it survives a power loss. */
export type Fsync = 'never' | 'interval' | 'batch'

/** What happens when there is no room: the oldest make way (a whole segment), or the newest is not taken. */
export type Overflow = 'drop-oldest' | 'reject-newest'

/** What waits to be delivered. */
export interface Queued {
  readonly spans: number
  /** Of their bodies. */
  readonly bytes: number
  /** Milliseconds, by a clock that is never set back; 0 where nothing waits. */
  readonly oldestAgeMillis: number
}
