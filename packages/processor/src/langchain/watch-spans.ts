import type { Context } from '@opentelemetry/api'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import { environmentVariable } from '../platform.ts'
import { report } from '../report/report.ts'
import { mayBeReassigned } from '../rules/other-session.ts'
import type { StampableSpan } from '../rules/stamp.ts'
import { areHandlersAwaited } from './await-handlers.ts'
import { bindQueues, KEPT } from './bind-queues.ts'

// OpenInference's is @arizeai/openinference-instrumentation-langchain, Traceloop's @traceloop/instrumentation-langchain.
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

let queues: number | undefined
let lastWatched: Scoped['instrumentationScope']

/**
 * Binds LangChain's queue before its first use. Called when a processor is constructed, because a span is too late: the
 * first requests are then in the queue already. It is safe there, because it changes nothing but the context.
 */
export function bindInstalledQueues(): void {
  queues ??= bindQueues(false)
}

/**
 * Looks at a span of LangChain that has started. If its context may be another request's, the session that LangChain
 * names may replace its own. For the first such span of each tracer, looks for a queue that was loaded meanwhile.
 */
export function watchSpan(span: StampableSpan, record: SessionRecord, context: Context): void {
  if (context.getValue(KEPT) === true || areHandlersAwaited()) return
  if (environmentVariable('LANGCHAIN_CALLBACKS_BACKGROUND') === 'false') return
  const before = queues ?? 0
  if (lastWatched !== lastScope) {
    lastWatched = lastScope
    queues = bindQueues()
  }
  if (queues === 0 || queues !== before) {
    report('langchain:background-callbacks', () => {
      return "spans of LangChain may have another request's session: its queue was not found; call keepSessionInLangChain() at start-up, or in a bundle keepSessionInLangChain(callbacks)"
    })
  }
  mayBeReassigned(span, record)
}
