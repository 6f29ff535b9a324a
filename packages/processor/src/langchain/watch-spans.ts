import type { Context } from '@opentelemetry/api'
import type { SessionRecord } from '@otel-sessions/semconv/internal'
import { environmentVariable } from '../platform.ts'
import { report } from '../report/report.ts'
import type { StampableSpan } from '../rules/stamp.ts'
import { bindQueues, isQueueBound, KEPT } from './bind-queues.ts'
import { noteSessions } from './entered-sessions.ts'
import { langChain } from './hooks.ts'
import { mayBeReassigned } from './other-session.ts'

interface Scope {
  readonly name: string
}

/** A span's instrumentation scope, as SDK 1 and later ones name it. */
interface Scoped {
  readonly instrumentationScope?: Scope
  readonly instrumentationLibrary?: Scope
}

/** Begins to watch scopes and spans. */
export function watchLangChain(): void {
  if (langChain.onStart !== undefined) return
  langChain.onStart = isFromLangChain
  noteSessions()
}

/** What is known of a tracer. */
interface Tracer {
  /** Whether it is an instrumentation of LangChain. */
  readonly isLangChains: boolean
  /** How many of its next spans are not looked at. */
  quiet: number
  /** Which of its spans is looked at next: the first is 1. */
  spans: number
  /** Whether one of them started in a callback handler of LangChain. */
  hasHandler: boolean
}

// Each tracer has one such object, and spans come in runs from one tracer. To look the object up costs 40 ns, to compare
// it with the last one nothing.
const tracers = new WeakMap<object, Tracer>()
let lastScope: unknown = tracers
let lastTracer: Tracer
let lastBound: Tracer | undefined

function isFromLangChain(span: StampableSpan, record: SessionRecord, context: Context): boolean {
  const scope = (span as Scoped).instrumentationScope ?? (span as Scoped).instrumentationLibrary
  if (scope !== lastScope) {
    if (typeof scope !== 'object' || scope === null) return false
    lastTracer = tracerOf(scope)
    lastScope = scope
  }
  // Nearly every span. V8 makes no call for a function of this size.
  if (lastTracer.quiet > 0) {
    lastTracer.quiet--
    return false
  }
  return lookAt(lastTracer, span, record, context)
}

function lookAt(tracer: Tracer, span: StampableSpan, record: SessionRecord, context: Context): boolean {
  const { isLangChains } = tracer
  const isFound = isLangChains || (record.from === 'scope' && isFromHandler(tracer, context))
  if (isFound) watchSpan(span, record, context, tracer)
  return isFound
}

function tracerOf(scope: Scope): Tracer {
  let tracer = tracers.get(scope)
  if (tracer === undefined) {
    // How the names of OpenInference's and of Traceloop's instrumentation end.
    const isLangChains = String(scope.name).endsWith('instrumentation-langchain')
    tracer = { isLangChains, quiet: 0, spans: 1, hasHandler: false }
    tracers.set(scope, tracer)
  }
  return tracer
}

/** The first spans of a tracer whose stacks are looked at: a handler mostly has a tracer of its own. */
const FIRST_SPANS = 16

/**
 * Whether a span of any other tracer starts in a callback handler that LangChain's queue runs, as those of Langfuse's
 * handler do. A look at the stack costs 10 µs: so of each tracer the first spans are looked at, then ever fewer, and all
 * of them after a hit.
 */
function isFromHandler(tracer: Tracer, context: Context): boolean {
  if (!tracer.hasHandler) {
    tracer.quiet = tracer.spans < FIRST_SPANS ? 0 : tracer.spans - 1
    tracer.spans += tracer.quiet + 1
  }
  if (context.getValue(KEPT) === true || !isInBackground()) return false
  tracer.hasHandler = true
  tracer.quiet = 0
  return true
}

const CALLBACK =
  /\bhandle(?:(?:LLM|ChatModel|Chain|Tool|Retriever)(?:Start|End)|(?:LLM|Chain)Error|LLMNewToken)$/

interface Frame {
  getFunctionName(): string | null
}

/** Where LangChain does not run a handler in its queue, its manager's method of the same name is in the stack too. */
function isInBackground(): boolean {
  const callbacks = framesOf().filter((frame) => CALLBACK.test(frame.getFunctionName() ?? ''))
  return callbacks.length === 1
}

/** The functions that are active, without the source maps that make a stack slow as a text. */
function framesOf(): readonly Frame[] {
  const holder = Error as unknown as {
    stackTraceLimit: number
    prepareStackTrace: unknown
  }
  const { stackTraceLimit, prepareStackTrace } = holder
  try {
    holder.stackTraceLimit = 50
    holder.prepareStackTrace = (_: unknown, frames: readonly Frame[]) => frames
    const { stack } = new Error() as { stack?: unknown }
    return Array.isArray(stack) ? stack : []
  } catch {
    // A frozen Error.
    return []
  } finally {
    Reflect.set(holder, 'stackTraceLimit', stackTraceLimit)
    Reflect.set(holder, 'prepareStackTrace', prepareStackTrace)
  }
}

/**
 * Looks at a span of LangChain that has started. If its context is not kept, it may be another request's, and the session
 * that LangChain names may replace the span's own, if an instrumentation of LangChain made it. For the first such span of
 * each tracer, looks for a queue that was loaded meanwhile; those that are found say nothing, because the one of a bundle
 * never is.
 */
function watchSpan(span: StampableSpan, record: SessionRecord, context: Context, tracer: Tracer): void {
  if (context.getValue(KEPT) === true) return
  if (environmentVariable('LANGCHAIN_CALLBACKS_BACKGROUND') === 'false') return
  const wasBound = isQueueBound()
  if (tracer !== lastBound) bindQueues()
  lastBound = tracer
  report('langchain:background-callbacks', () => {
    const reason =
      wasBound && bindQueues() > 0
        ? 'a queue of LangChain is bound, but not theirs, which a bundle may contain; call keepSessionInLangChain(callbacks) with the @langchain/core/callbacks/manager that made them'
        : 'its queue was not found; call keepSessionInLangChain() at start-up, or keepSessionInLangChain(callbacks) where LangChain is bundled'
    return `spans of LangChain and its callback handlers may have another request's session: ${reason}`
  })
  if (tracer.isLangChains) mayBeReassigned(span, record)
}
