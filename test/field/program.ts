/**
 * The interface of the programs in `programs/`. A program is one file. It begins with two lines: what a user does, and
 * what is right. It exports `cases`; each runs in a process of its own, with the real SDK, `SessionSpanProcessor`,
 * `SessionSpanExporter`, and a collector in memory.
 *
 * Every span must have an owner. It is the user in its attribute `OWNER`, or the owner of its parent, or the only one in
 * its trace. `field.work` and `field.request` set the attribute; an instrumentation's spans have their parent's owner.
 */
import type { Attributes, ContextManager, Tracer } from '@opentelemetry/api'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** The attribute that says whose work a span is; no rule of the packages reads it. */
export const OWNER = 'field.owner'

/** The owner of work that belongs to several users: its spans must have no session. */
export const NOBODY = 'nobody'

/** The session of a user. */
export interface UserSession {
  readonly sessionId: string
  readonly userId: string
}

/** What a case gets. */
export interface Field {
  readonly tracer: Tracer
  /** Three users, who come at the same time. */
  readonly users: readonly string[]
  /** The session of a user: `user_a` has `user_a_conv`. */
  session(user: string): UserSession
  /** Makes a span as a call of a model does: it starts now and ends a turn of the event loop later. */
  work(owner: string, name?: string): Promise<void>
  /** Runs a function in a root span, as an instrumented server does. It sets no session. */
  request<T>(owner: string, fn: () => Promise<T>): Promise<T>
  /** Judges a span that this process did not export. It needs an `OWNER`. */
  add(span: ForeignSpan): void
}

/** A span that ended elsewhere, as in a worker thread. */
export interface ForeignSpan {
  readonly name: string
  readonly attributes: Attributes
}

/** What a case must give. Every difference is a failure, also one for the better. */
export interface Expected {
  /** The number of spans with the session and the user of their owner, or without a session if nobody owns them. */
  readonly right: number
  /** Spans without the session of their owner, by name; with `(user)` behind it if only the user is missing. */
  readonly missing?: Readonly<Record<string, number>>
  /** Spans with a session of somebody else, by name. */
  readonly wrong?: Readonly<Record<string, number>>
  /** The problems that are counted, by code, with what the logged line must say. */
  readonly problems?: Readonly<Record<string, RegExp>>
}

/** A row of the table. */
export interface Case {
  /** What is done, such as `as usual` or `with bindSession`. */
  readonly name: string
  /** The library: a name in `package.json`, or `node`. */
  readonly library: string
  /** The folder in `test/field` whose `package.json` has it, such as `langchain/core-1.4`; this one if left out. */
  readonly folder?: string
  readonly expected: Expected
  /** Whether the exporter backfills; false if left out. */
  readonly backfill?: boolean
  /** Left out with `--quick`, which has another case of the same kind. */
  readonly isSlow?: boolean
  /** The owners of spans that an instrumentation makes, by the spans' names, where it is not the parent's. */
  readonly owners?: Readonly<Record<string, string>>
  /** Registered before `run` is called. `run` must `require` what they patch. */
  instrumentations?(): readonly Instrumentation[]
  /** The provider's processors, from the two of the harness: `SessionSpanProcessor`, and the one that exports. */
  spanProcessors?(ours: readonly SpanProcessor[]): readonly SpanProcessor[]
  /** The class of the global context manager; `AsyncLocalStorageContextManager` if left out. */
  readonly contextManager?: new () => ContextManager
  run(field: Field): Promise<void>
}
