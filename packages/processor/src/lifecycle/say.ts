import { type Attributes, type Context, type HrTime, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import {
  ATTR_SESSION_ID,
  readRecord,
  SESSION_SPAN_NAMES,
  SESSION_SPAN_SCOPE,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import { stampedOf } from '../fields.ts'
import { report } from '../report.ts'
import { nestScope } from '../scope.ts'
import { withScope } from '../session-context.ts'
import type { CheckedSession } from '../session-init.ts'
import { timeNow } from './check-time.ts'
import { removeCutOff } from './cut-off.ts'
import { countSent } from './lifecycle-stats.ts'
import { noteProcessor } from './open-sessions.ts'
import { type SessionState, statedBy } from './session-state.ts'

/**
 * Says a word of a session: a root span without a duration. All that it says is among its start attributes, so that
 * samplers see it, and that it is complete without our processor, too. In the root context, so that whoever says it
 * is neither its parent, nor has it suppressed.
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
        attributes: {
          [ATTR_SESSION_ID]: stated.id,
          ...(Object.fromEntries(stampedOf(stated.fields)?.entries ?? []) as Attributes),
          ...attributes,
        },
      },
      inside,
    )
    if (kind === 'attachment') removeCutOff(span, attributes)
    noteProcessor(state, readRecord(span.spanContext())?.settings)
    span.end(time)
    countSent(kind, stated.fields?.late === true)
    return trace.setSpan(inside, span)
  } catch {
    reportFailed('the tracer')
    return undefined
  }
}

/** A session without an ID says nothing: it would be about nobody, or about everybody. */
export function reportNoSession(): void {
  report('session-word:no-session', () => 'a session says nothing: it was resumed by an ID that is refused')
}

/** Nothing that the application's tracer or logger throws reaches the application. */
export function reportFailed(what: string): void {
  report('session-word:failed', () => `a session says less than it was told: ${what} throws`)
}
