import type { SessionEndState } from '@otel-sessions/semconv'

/** How a session ended. */
export interface SessionEnded {
  /** The state that was given, else `indeterminate`. */
  readonly state: SessionEndState
  /** Why, in words. */
  readonly reason: string | undefined
  /** When, in milliseconds since the epoch. */
  readonly time: number
  /** Nobody said it: another session's start named this one as the previous. Any end that was said holds before it. */
  readonly implied: boolean
}

/**
 * Which of two ends holds: one that was said before one that is implied, then the earlier one, then by state and
 * reason, so that the order in which they come does not matter.
 */
export function holdingEnd(one: SessionEnded | undefined, other: SessionEnded): SessionEnded {
  return one !== undefined && compareEnds(one, other) <= 0 ? one : other
}

function compareEnds(one: SessionEnded, other: SessionEnded): number {
  if (one.implied !== other.implied) return one.implied ? 1 : -1
  if (one.time !== other.time) return one.time - other.time
  if (one.state !== other.state) return one.state < other.state ? -1 : 1
  const [mine = '', theirs = ''] = [one.reason, other.reason]
  return mine < theirs ? -1 : mine > theirs ? 1 : 0
}
