import type { Context } from '@opentelemetry/api'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import type { StampableSpan } from '../rules/stamp.ts'
import type { SessionFields } from '../scope/session-init.ts'

/** The part of a scope that counts here; see `scope/scope.ts`. */
export interface NotedScope {
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
  readonly decidingScope: NotedScope | undefined
  readonly over: string | undefined
  readonly overAt: number | undefined
  around: readonly string[] | undefined
}

interface Hooks {
  /** Called with each scope that sets or clears a session, and with the scope around it. */
  onScope?: ((scope: NotedScope, outer: NotedScope | undefined) => void) | undefined
  /** Called with each span that has started. Returns whether an instrumentation or a handler of LangChain made it. */
  onStart?: (span: StampableSpan, record: SessionRecord, context: Context) => boolean
}

/**
 * What the rest of the package tells the code for LangChain. It is empty until `watchLangChain` is called, so that a
 * bundle without that code is smaller.
 */
export const langChain: Hooks = {}
