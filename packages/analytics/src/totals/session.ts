// Totals: one object for each session. `session.ts` is that object and `sessions.ts` finds, adds and evicts it.
// `work.ts` is what one model did, `models.ts` finds the models of a session, and `contribution.ts` is what one span adds.
// `lifecycle.ts` is what session spans report; `tally.ts`, `latencies.ts`, `sketch.ts` and `value-sets.ts` hold values.
// `read-totals.ts` makes the plain objects of `session-totals.ts`, and `select.ts` chooses among sessions.
// `SessionAnalytics`, the span counter, `../deduplication/` and `../snapshots/` call this folder; it calls `../cost/`.

import type { WorkKind } from '../usage/span-usage.ts'
import type { Latencies } from './latencies.ts'
import { Lifecycle } from './lifecycle.ts'
import { type Labels, NO_LABELS, NO_VALUES, type SharedLabels, type Values, withValue } from './value-sets.ts'
import type { Work } from './work.ts'

/** A time of JavaScript's `Date` is at most this far from the epoch, in milliseconds. */
const TIME_MAX = 8.64e15

/** Whether a value is a time that totals can keep, in milliseconds since the epoch. */
export const isTime = (value: number): boolean => value >= -TIME_MAX && value <= TIME_MAX

/** The kinds of work that are counted for a session and not for its models. */
export type CountedKind = Exclude<WorkKind, 'llm' | 'other'>

/** What one session did: numbers that grow, and collections only where there are several values. */
export class Session {
  readonly id: string
  /** The neighbors in the order of use. */
  newer: Session | undefined = undefined
  older: Session | undefined = undefined
  /** The tick of the last use. */
  tick = 0
  /** In milliseconds since the epoch; without a time, the first is after the last. */
  firstTime = Number.POSITIVE_INFINITY
  lastTime = Number.NEGATIVE_INFINITY
  spans = 0
  traces = 0
  tool = 0
  agent = 0
  retrieval = 0
  embedding = 0
  errors = 0
  /** The first of a list. */
  models: Work | undefined = undefined
  otherModels: Work | undefined = undefined
  /** A string if the session has one user, which is the usual case. */
  users: string | Values | undefined = undefined
  labels: Labels = NO_LABELS
  traceLatencies: Latencies = undefined
  llmCallLatencies: Latencies = undefined
  /** What session spans report, which few sessions have. */
  lifecycle: Lifecycle | undefined = undefined

  constructor(id: string) {
    this.id = id
  }

  get hasTime(): boolean {
    return this.firstTime <= this.lastTime
  }

  /** Extends the period of the session. */
  widen(first: number, last: number): void {
    if (first < this.firstTime) this.firstTime = first
    if (last > this.lastTime) this.lastTime = last
  }

  /** Returns what session spans report, which the session has from now on. */
  obtainLifecycle(): Lifecycle {
    this.lifecycle ??= new Lifecycle()
    return this.lifecycle
  }

  /** Returns the users. */
  usersOf(): Values {
    const { users } = this
    return typeof users === 'string' ? { kept: [users], more: false } : (users ?? NO_VALUES)
  }

  /** Adds a user. */
  addUser(user: string): void {
    if (this.users === user) return
    this.users = this.users === undefined ? user : withValue(this.usersOf(), user)
  }

  /** Adds tags and an environment. */
  addLabels(
    shared: SharedLabels,
    newTags: readonly string[] | undefined,
    environment: string | undefined,
  ): void {
    const { labels } = this
    // Most spans have the environment of the one before and no tags.
    if (newTags === undefined && environment === labels.environments.kept[0]) return
    if (newTags === undefined && environment !== undefined && labels === NO_LABELS) {
      this.labels = shared.ofEnvironment(environment)
      return
    }
    let { tags, environments } = labels
    if (newTags !== undefined) for (const tag of newTags) tags = withValue(tags, tag)
    if (environment !== undefined) environments = withValue(environments, environment)
    if (tags === labels.tags && environments === labels.environments) return
    this.labels = shared.share({ tags, environments })
  }
}
