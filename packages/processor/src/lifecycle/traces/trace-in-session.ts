import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  trace,
} from '@opentelemetry/api'
import { SESSION_SPAN_SCOPE } from '@otel-sessions/semconv'
import { kindOf, readRecord, type SessionRecordSettings } from '@otel-sessions/semconv/internal'
import { enterCheckedSession, runInside } from '../../scope/using-session.ts'
import { checkName } from '../emit/check-values.ts'
import { reportFailed, sayAlone } from '../emit/emit-span.ts'
import { noteProcessor } from '../open-sessions.ts'
import { type SessionState, statedBy } from '../session-state.ts'
import { endWith } from './end-with.ts'
import { RootSpan } from './root-span.ts'

/** Runs a function inside the session and a root span of its own, which ends with what the function gives. */
export function traceInSession<T>(
  state: SessionState,
  name: string,
  fn: (span: Span) => T,
  options: Omit<SpanOptions, 'root'> | undefined,
): T {
  if (typeof fn !== 'function') {
    throw new TypeError(`session.trace(name, fn): fn must be a function, it is ${kindOf(fn)}`)
  }
  const outer = context.active()
  const entered = enterCheckedSession(outer, statedBy(state))
  const span = startRoot(state, name, options, entered)
  const root = new RootSpan(span, processorOf(span, state))
  try {
    // The end is watched for first: what binding plays to streams of ours is then read by what is watched.
    return runInside(outer, trace.setSpan(entered, span), () => endWith(fn(span), root))
  } catch (error) {
    root.fail(error)
    throw error
  }
}

/** The settings of the processor that stamps the span. */
function processorOf(span: Span, state: SessionState): SessionRecordSettings | undefined {
  try {
    const record = readRecord(span.spanContext())
    if (record === undefined) sayAlone(span, statedBy(state))
    noteProcessor(state, record?.settings)
    return record?.settings
  } catch {
    reportFailed('a span')
    return undefined
  }
}

/** Without a span that works, the function gets one that does nothing, and runs all the same. */
function startRoot(
  state: SessionState,
  name: unknown,
  options: SpanOptions | undefined,
  entered: Context,
): Span {
  try {
    const tracer = state.settings.tracerProvider().getTracer(SESSION_SPAN_SCOPE)
    const checked = checkName('session-trace:bad-name', 'the name of a trace', name)
    return tracer.startSpan(checked ?? 'trace', { ...options, root: true }, entered)
  } catch {
    reportFailed('the tracer')
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
  }
}
