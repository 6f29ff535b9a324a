/**
 * The interface of the programs in `programs/`: an application that gets jobs or messages of two users at once, with the
 * helper of `otel-sessions` for it, or without. Each case runs in a process of its own, with the real libraries,
 * `SessionSpanProcessor`, `SessionSpanExporter` without backfill, and a collector in memory.
 *
 * `work` makes a span that belongs to a user. Spans of an instrumentation belong to the owner of their parent, or else to
 * the only owner in their trace. If there is none, they belong to nobody: they must have no session, and do not count.
 */
import type { Tracer } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'

/** What a case gets. */
export interface Application {
  readonly tracer: Tracer
  /** Two users, who come at the same time. */
  readonly users: readonly string[]
  /** The session of a user: `user_a` has `user_a_conv`. */
  session(user: string): { readonly sessionId: string; readonly userId: string }
  /** Makes a span as a call of a model does: it starts now and ends a turn of the event loop later. */
  work(user: string, name?: string): Promise<void>
  /** The port of a Redis server, for cases that ask for it. */
  readonly redisPort: number
}

/** What a case must give. Every difference is a failure, also one for the better. */
export interface Expected {
  /** The number of spans with the session and the user of their owner. */
  readonly right: number
  /** Spans without the session or the user of their owner, by name. */
  readonly missing?: Readonly<Record<string, number>>
  /** Spans with a session of somebody else, by name. */
  readonly wrong?: Readonly<Record<string, number>>
  /** The codes of the problems that are counted. */
  readonly problems?: readonly string[]
}

/** A row of the table. */
export interface Case {
  readonly name: string
  /** The library: a name in `package.json`. */
  readonly library: string
  readonly needsRedis?: boolean
  readonly expected: Expected
  /** The names of spans that only must have no other session, because the rest depends on how fast the machine is. */
  readonly uncounted?: readonly string[]
  /** Registered before `run` is called. `run` must `require` what they patch. */
  instrumentations?(): readonly Instrumentation[]
  run(application: Application): Promise<void>
}
