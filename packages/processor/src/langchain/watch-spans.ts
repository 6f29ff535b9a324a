import type { Context } from '@opentelemetry/api'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import { environmentVariable } from '../platform.ts'
import { report } from '../report/report.ts'
import { mayBeReassigned } from '../rules/other-session.ts'
import type { StampableSpan } from '../rules/stamp.ts'
import { areHandlersAwaited } from './await-handlers.ts'
import { bindQueues, KEPT } from './bind-queues.ts'

// How the names of OpenInference's and of Traceloop's instrumentation end.
const LANGCHAIN = /instrumentation-langchain$/

/** A span's instrumentation scope, as SDK 1 and later ones name it. */
interface Scoped {
  readonly instrumentationScope?: { readonly name: string }
  readonly instrumentationLibrary?: { readonly name: string }
}

// Spans come in runs from one tracer, which has one such object.
let lastScope: Scoped['instrumentationScope']
let isLangChain = false

/** Whether an instrumentation of LangChain made a span. */
export function isFromLangChain(span: object): boolean {
  const scope = (span as Scoped).instrumentationScope ?? (span as Scoped).instrumentationLibrary
  if (scope !== lastScope) {
    lastScope = scope
    isLangChain = scope !== undefined && LANGCHAIN.test(scope.name)
  }
  return isLangChain
}

let hasBound = false
let lastWatched: Scoped['instrumentationScope']

/**
 * Binds LangChain's queue before its first use. Called when a processor is constructed, because a span is too late: the
 * first requests are then in the queue already. It is safe there, because it changes nothing but the context.
 */
export function bindInstalledQueues(): void {
  if (!hasBound) bindQueues(false)
  hasBound = true
}

/**
 * Looks at a span of LangChain that has started. If its context is not kept, it may be another request's, and the session
 * that LangChain names may replace the span's own. For the first such span of each tracer, looks for a queue that was
 * loaded meanwhile; those that are found say nothing, because the one of a bundle never is.
 */
export function watchSpan(span: StampableSpan, record: SessionRecord, context: Context): void {
  if (context.getValue(KEPT) === true || areHandlersAwaited()) return
  if (environmentVariable('LANGCHAIN_CALLBACKS_BACKGROUND') === 'false') return
  if (lastWatched !== lastScope) {
    lastWatched = lastScope
    bindQueues()
  }
  report('langchain:background-callbacks', () => {
    return "spans of LangChain may have another request's session: its queue was not found; call keepSessionInLangChain() at start-up, or in a bundle keepSessionInLangChain(callbacks)"
  })
  mayBeReassigned(span, record)
}
