/** The key of a processor's deadlines. `registerSessions` has deadlines around them, which end a moment later. */
export const DEADLINES: unique symbol = Symbol.for('otel-sessions.deadlines') as never

/** The longest that a flush and a shutdown take, in milliseconds. */
export interface Deadlines {
  readonly flushMillis: number
  readonly shutdownMillis: number
}
