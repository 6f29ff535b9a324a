/** How bodies are compressed. */
export type Compression = 'none' | 'gzip' | 'zstd'

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
