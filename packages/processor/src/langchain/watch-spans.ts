import type { Context } from '@opentelemetry/api'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import { environmentVariable } from '../platform.ts'
import { report } from '../report/report.ts'
import type { StampableSpan } from '../rules/stamp.ts'
import { areHandlersAwaited } from './await-handlers.ts'
import { bindQueues, isQueueBound, KEPT } from './bind-queues.ts'
import { noteSessions } from './entered-sessions.ts'
import { langChain } from './hooks.ts'
import { mayBeReassigned } from './other-session.ts'

/** A span's instrumentation scope, as SDK 1 and later ones name it. */
interface Scoped {
  readonly instrumentationScope?: { readonly name: string }
  readonly instrumentationLibrary?: { readonly name: string }
}

/** Begins to watch scopes and spans. */
export function watchLangChain(): void {
  if (langChain.onStart !== undefined) return
  langChain.onStart = isFromLangChain
  noteSessions()
}

// Each tracer has one such object, and spans come in runs from one tracer. To look the object up costs 40 ns, to compare
// it with the last one nothing.
const others = new WeakSet<object>()
let lastOther: object | undefined
let lastBound: object | undefined

function isFromLangChain(span: StampableSpan, record: SessionRecord, context: Context): boolean {
  const scope = (span as Scoped).instrumentationScope ?? (span as Scoped).instrumentationLibrary
  if (scope === lastOther || typeof scope !== 'object' || others.has(scope)) return false
  // How the names of OpenInference's and of Traceloop's instrumentation end.
  if (!String(scope.name).endsWith('instrumentation-langchain')) {
    others.add(scope)
    lastOther = scope
    return false
  }
  watchSpan(span, record, context, scope)
  return true
}

/**
 * Looks at a span of LangChain that has started. If its context is not kept, it may be another request's, and the session
 * that LangChain names may replace the span's own. For the first such span of each tracer, looks for a queue that was
 * loaded meanwhile; those that are found say nothing, because the one of a bundle never is.
 */
function watchSpan(span: StampableSpan, record: SessionRecord, context: Context, tracer: object): void {
  if (context.getValue(KEPT) === true || areHandlersAwaited()) return
  if (environmentVariable('LANGCHAIN_CALLBACKS_BACKGROUND') === 'false') return
  const wasBound = isQueueBound()
  if (tracer !== lastBound) bindQueues()
  lastBound = tracer
  report('langchain:background-callbacks', () => {
    const reason =
      wasBound && bindQueues() > 0
        ? 'a queue of LangChain is bound, but not theirs, which a bundle may contain; call keepSessionInLangChain(callbacks) with the @langchain/core/callbacks/manager that made them'
        : 'its queue was not found; call keepSessionInLangChain() at start-up, or keepSessionInLangChain(callbacks) where LangChain is bundled'
    return `spans of LangChain may have another request's session: ${reason}`
  })
  mayBeReassigned(span, record)
}
