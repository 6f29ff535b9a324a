// Emits what happens to a session: as a short root span of a fixed name (a session span), which every backend takes,
// and, for start and end, as a log event too. `check-arguments.ts` makes the attributes of what applications pass,
// `check-values.ts` checks single texts, numbers and times. Calls run from the session object into this folder, and
// from here to the tracer, the logger and `open-sessions.ts`.
import {
  type Attributes,
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api'
import {
  ATTR_SESSION_ATTACHMENT_CONTENT,
  ATTR_SESSION_ATTACHMENT_ENCODING,
  ATTR_SESSION_ID,
  ATTR_SESSION_LATE,
  SESSION_SPAN_NAMES,
  SESSION_SPAN_SCOPE,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import { readRecord } from '@otel-sessions/semconv/internal'
import { sessionCounters } from '../../report/process-stats.ts'
import { report } from '../../report/report.ts'
import { attributesOf, stampedFieldsOf, stampFields } from '../../rules/stamp.ts'
import { nestScope } from '../../scope/scope.ts'
import { withScope } from '../../scope/session-context.ts'
import type { CheckedSession, SessionFields } from '../../scope/session-init.ts'
import { noteProcessor } from '../open-sessions.ts'
import { currentSession, type SessionState } from '../session-state.ts'
import { timeNow } from './check-values.ts'

/**
 * Emits a session span: a root span without a duration. It starts in the root context, so the active span is not its
 * parent, and suppressed tracing does not suppress it.
 *
 * The session is in the scope of that context, not among the start attributes: an ID that the SDK truncates there
 * would be an explicit session of another name, and other processors could overwrite it.
 *
 * @param session the session with its fields, where it is not the current one
 * @returns the context of the span, for what belongs to it; undefined where the tracer throws. Never throws
 */
export function emitSpan(
  state: SessionState,
  kind: SessionSpanKind,
  attributes: Attributes,
  time: HrTime = timeNow(),
  session: CheckedSession = currentSession(state),
): Context | undefined {
  try {
    const inside = withScope(ROOT_CONTEXT, nestScope(session, undefined, undefined), undefined)
    const tracer = state.settings.tracerProvider().getTracer(SESSION_SPAN_SCOPE)
    const options = { root: true, kind: SpanKind.INTERNAL, startTime: time, attributes }
    const span = tracer.startSpan(SESSION_SPAN_NAMES[kind], options, inside)
    if (kind === 'attachment' || kind === 'event') removeTruncated(span, attributes)
    const record = readRecord(span.spanContext())
    if (record === undefined) stampWithoutProcessor(span, state.id, session.fields)
    noteProcessor(state.id, record?.settings)
    span.end(time)
    const counts = sessionCounters()
    counts.sent[kind]++
    if (session.fields?.[ATTR_SESSION_LATE] === true) counts.late++
    return trace.setSpan(inside, span)
  } catch {
    reportFailed('the tracer')
    return undefined
  }
}

/** Emits the start or the end of a session as a log event, where a logger provider is given. Never throws. */
export function emitEvent(
  { id, settings }: SessionState,
  kind: SessionSpanKind & ('start' | 'end'),
  attributes: Record<string, string>,
  timestamp: HrTime,
  context: Context = ROOT_CONTEXT,
): void {
  try {
    settings.loggerProvider?.getLogger(SESSION_SPAN_SCOPE).emit({
      eventName: SESSION_SPAN_NAMES[kind],
      timestamp,
      attributes: { [ATTR_SESSION_ID]: id, ...attributes },
      context,
    })
  } catch {
    reportFailed('the logger')
  }
}

/**
 * Writes what `SessionSpanProcessor` would stamp, where there is none. An ID that the SDK truncates is removed: it
 * would be another session's.
 */
export function stampWithoutProcessor(span: Span, id: string, fields: SessionFields | undefined): void {
  if (!span.isRecording()) return
  span.setAttribute(ATTR_SESSION_ID, id)
  stampFields(span as never, { kept: undefined }, stampedFieldsOf(fields) ?? {})
  removeTruncated(span, { [ATTR_SESSION_ID]: id })
  report('session-span:no-processor', () => {
    return 'session spans carry the session ID, but other spans of the session do not: the provider has no SessionSpanProcessor, and its shutdown does not end open sessions'
  })
}

/** Counts and logs that the tracer or logger of the application threw. The application does not see the error. */
export function reportFailed(what: string): void {
  report('session-span:failed', () => `a session span or log event is not emitted: ${what} throws`)
}

/**
 * Removes from a span what the SDK's attribute length limit truncated: half a file, an address or JSON is a wrong one.
 * Counts it, as well as attributes that the SDK's count limit dropped. Values that another processor wrote stay.
 */
function removeTruncated(span: Span, given: Attributes): void {
  const kept: Record<string, unknown> = attributesOf(span)
  // A wrapper span may show no attributes.
  if (Object.keys(kept).length === 0) return
  for (const [key, value] of Object.entries(given)) {
    if (!isTruncated(kept[key], value)) continue
    report('session-span:cut-off', () => {
      return `a session span has no ${key}: it exceeds a limit of the SDK (attributeValueLengthLimit, attributeCountLimit)`
    })
    remove(span, kept, key)
    if (key === ATTR_SESSION_ATTACHMENT_CONTENT) remove(span, kept, ATTR_SESSION_ATTACHMENT_ENCODING)
  }
}

const isTruncated = (kept: unknown, value: unknown): boolean =>
  kept === undefined ||
  (typeof kept === 'string' &&
    typeof value === 'string' &&
    kept.length < value.length &&
    value.startsWith(kept))

// The API cannot remove an attribute, but every SDK shows the object itself. Where it shows a copy, the value becomes ''.
function remove(span: Span, kept: Record<string, unknown>, key: string): void {
  if (kept[key] === undefined) return
  Reflect.deleteProperty(kept, key)
  if (attributesOf(span)[key] !== undefined) span.setAttribute(key, '')
}
