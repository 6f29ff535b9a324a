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
  ATTR_SESSION_ID,
  SESSION_SPAN_NAMES,
  SESSION_SPAN_SCOPE,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import { readRecord } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import { stampedFieldsOf } from '../../rules/stamp.ts'
import { nestScope, withScope } from '../../scope/scope.ts'
import type { CheckedSession } from '../../scope/session-init.ts'
import { countSent } from '../lifecycle-stats.ts'
import { noteProcessor } from '../open-sessions.ts'
import { type SessionState, statedBy } from '../session-state.ts'
import { timeNow } from './check-time.ts'
import { removeCutOff } from './cut-off.ts'

/**
 * Says a word of a session: a root span without a duration. In the root context, so that whoever says it is neither
 * its parent, nor has it suppressed.
 *
 * Whose word it is, is said by the scope in that context, and not among the start attributes: cut off by the SDK's
 * limit, an ID there would be the span's own statement, and another session's; and it could be overwritten.
 *
 * @param stated what is stated about the session, where that is not what holds now
 * @returns the context of the word, for what belongs to it; undefined where nothing was said. Never throws
 */
export function say(
  state: SessionState,
  kind: SessionSpanKind,
  attributes: Attributes,
  time: HrTime = timeNow(),
  stated: CheckedSession = statedBy(state),
): Context | undefined {
  if (stated.id === undefined) {
    reportNoSession()
    return undefined
  }
  try {
    const inside = withScope(ROOT_CONTEXT, nestScope(stated, undefined), undefined)
    const tracer = state.settings.tracerProvider().getTracer(SESSION_SPAN_SCOPE)
    const span = tracer.startSpan(
      SESSION_SPAN_NAMES[kind],
      {
        root: true,
        kind: SpanKind.INTERNAL,
        startTime: time,
        attributes,
      },
      inside,
    )
    if (kind === 'attachment' || kind === 'event') removeCutOff(span, attributes)
    const record = readRecord(span.spanContext())
    if (record === undefined) sayAlone(span, stated)
    noteProcessor(state, record?.settings)
    span.end(time)
    countSent(kind, stated.fields?.late === true)
    return trace.setSpan(inside, span)
  } catch {
    reportFailed('the tracer')
    return undefined
  }
}

/**
 * Writes what our processor would stamp, where there is none. The work of the session has nobody who does. An ID that
 * the SDK cuts off would be another session's, and is taken away.
 */
export function sayAlone(span: Span, { id, fields }: CheckedSession): void {
  if (!span.isRecording() || id === undefined) return
  const stamped = Object.fromEntries(stampedFieldsOf(fields)?.entries ?? []) as Attributes
  span.setAttributes({ [ATTR_SESSION_ID]: id, ...stamped })
  removeCutOff(span, { [ATTR_SESSION_ID]: id })
  report('session-word:no-processor', () => {
    return 'the words of a session carry its ID, but its spans do not: there is no SessionSpanProcessor on the provider, and open sessions are not ended when it shuts down'
  })
}

/** A session without an ID says nothing: it would be about nobody, or about everybody. */
export function reportNoSession(): void {
  report('session-word:no-session', () => 'a session says nothing: it was resumed by an ID that is refused')
}

/** Nothing that the application's tracer or logger throws reaches the application. */
export function reportFailed(what: string): void {
  report('session-word:failed', () => `a session says less than it was told: ${what} throws`)
}
