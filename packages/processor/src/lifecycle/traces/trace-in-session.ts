// Traces that end with their work: `session.trace` starts a root span, runs the function, and ends the span when the
// returned Promise settles or the returned stream is over (`watch-stream.ts`). `root-span.ts` ends it exactly once.
// Calls run from this file to watching, and from there to the root span.
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
import { isNativePromise } from '../../binding/bind-in-place.ts'
import type { CheckedSession } from '../../scope/session-init.ts'
import { enterCheckedSession, runInside } from '../../scope/using-session.ts'
import { checkName } from '../emit/check-values.ts'
import { reportFailed, stampWithoutProcessor } from '../emit/emit-span.ts'
import { noteProcessor } from '../open-sessions.ts'
import type { SessionSettings } from '../session-options.ts'
import { RootSpan } from './root-span.ts'
import { watchStream } from './watch-stream.ts'

/** Runs a function in a session and in a new root span, which ends with what the function returns. */
export function traceInSession<T>(
  settings: SessionSettings,
  session: CheckedSession,
  name: string,
  fn: (span: Span) => T,
  options: Omit<SpanOptions, 'root'> | undefined,
): T {
  if (typeof fn !== 'function') {
    throw new TypeError(`session.trace(name, fn): fn must be a function, it is ${kindOf(fn)}`)
  }
  const outer = context.active()
  const entered = enterCheckedSession(outer, session)
  const span = startRoot(settings, name, options, entered)
  const root = new RootSpan(span, processorOf(span, session))
  try {
    // A stream is watched before it is bound, so that what binding adds to it is watched too.
    return runInside(outer, trace.setSpan(entered, span), () => endWith(fn(span), root))
  } catch (error) {
    root.fail(error)
    throw error
  }
}

/** The processor that stamps the span, by its settings. */
function processorOf(span: Span, { id, fields }: CheckedSession): SessionRecordSettings | undefined {
  try {
    const settings = readRecord(span.spanContext())?.settings
    if (id !== undefined) {
      if (settings === undefined) stampWithoutProcessor(span, id, fields)
      noteProcessor(id, settings)
    }
    return settings
  } catch {
    reportFailed('a span')
    return undefined
  }
}

/** Where the tracer fails, the function gets a span that does nothing, and runs all the same. */
function startRoot(
  settings: SessionSettings,
  name: unknown,
  options: SpanOptions | undefined,
  entered: Context,
): Span {
  try {
    const tracer = settings.tracerProvider().getTracer(SESSION_SPAN_SCOPE)
    const checked = checkName('session-trace:bad-name', 'the name of a trace', name)
    return tracer.startSpan(checked ?? 'trace', { ...options, root: true }, entered)
  } catch {
    reportFailed('the tracer')
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
  }
}

/**
 * Ends the root span when a native Promise settles or a stream is over, and at once for any other value. That includes
 * foreign thenables: following one could start it, or lose its other methods.
 *
 * @returns the value; in place of a native Promise, one that follows it
 */
function endWith<T>(result: T, root: RootSpan): T {
  if (!isNativePromise(result)) return endWithValue(result, root)
  return result.then(
    (value) => endWithValue(value, root),
    (error) => {
      root.fail(error)
      throw error
    },
  ) as T
}

function endWithValue<T>(value: T, root: RootSpan): T {
  if (!watchStream(value, root)) root.end()
  return value
}
