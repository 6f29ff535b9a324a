import type { SessionEndState } from '@otel-sessions/semconv'
import { Tallies, Tally } from './tally.ts'

/** What session spans report about a session, and its spans after the end. */
export class Lifecycle {
  name: TimedName | undefined = undefined
  end: SessionEnd | undefined = undefined
  /** Whether listeners were called for an end. */
  isEndReported = false
  late = 0
  events = 0
  attachments = 0
  feedback: Feedback | undefined = undefined
  metrics: Tallies | undefined = undefined

  /** Returns the feedback, which the session has from now on. */
  obtainFeedback(): Feedback {
    this.feedback ??= new Feedback()
    return this.feedback
  }

  /** Returns the metrics, which the session has from now on. */
  obtainMetrics(): Tallies {
    this.metrics ??= new Tallies()
    return this.metrics
  }

  /** Sets the session's name. The earliest one wins; of two at the same time the smaller one, whatever their order. */
  addName(name: TimedName): void {
    const known = this.name
    if (known === undefined || known.time > name.time) this.name = name
    else if (known.time === name.time && known.name > name.name) this.name = name
  }

  /**
   * Sets the session's end. An explicit end takes precedence over an implied one, then the earlier one wins, then the
   * smaller state and reason, whatever their order.
   */
  addEnd(end: SessionEnd): void {
    if (this.end === undefined || compareEnds(end, this.end) < 0) this.end = end
  }
}

/** The feedback on a session: all of it, and by name. */
export class Feedback {
  count = 0
  scored = 0
  readonly names = new Tallies()

  /** Adds a rating; undefined is one without a score, or without a valid name. */
  add(name: string | undefined, score: number | undefined): void {
    this.count++
    if (score !== undefined) this.scored++
    if (name === undefined) {
      this.names.more = true
      return
    }
    const tally = new Tally()
    if (score === undefined) tally.unscored++
    else tally.add(score)
    this.names.add(name, tally)
  }
}

/** A session's name and the time of the `session.start` that has it. */
export interface TimedName {
  readonly name: string
  readonly time: number
}

/** How a session ended. */
export interface SessionEnd {
  /** The state on the span, or else `indeterminate`. */
  readonly state: SessionEndState
  /** The reason on the span. */
  readonly reason: string | undefined
  /** In milliseconds since the epoch. */
  readonly time: number
  /** Whether no `session.end` exists, but another session's start names this one as the previous. */
  readonly implied: boolean
}

function compareEnds(one: SessionEnd, other: SessionEnd): number {
  if (one.implied !== other.implied) return one.implied ? 1 : -1
  if (one.time !== other.time) return one.time - other.time
  if (one.state !== other.state) return one.state < other.state ? -1 : 1
  const [mine = '', theirs = ''] = [one.reason, other.reason]
  return mine < theirs ? -1 : mine > theirs ? 1 : 0
}
