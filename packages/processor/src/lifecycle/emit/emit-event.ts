import { type Context, type HrTime, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  ATTR_SESSION_ID,
  SESSION_SPAN_NAMES,
  SESSION_SPAN_SCOPE,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import type { SessionState } from '../session-state.ts'
import { reportFailed } from './emit-span.ts'

/** Says the start or the end of a session as a log record, where logs are set up. Never throws. */
export function sayEvent(
  { id, settings }: SessionState,
  kind: SessionSpanKind & ('start' | 'end'),
  attributes: Record<string, string>,
  timestamp: HrTime,
  context: Context = ROOT_CONTEXT,
): void {
  if (settings.loggerProvider === undefined || id === undefined) return
  try {
    settings.loggerProvider.getLogger(SESSION_SPAN_SCOPE).emit({
      eventName: SESSION_SPAN_NAMES[kind],
      timestamp,
      attributes: { [ATTR_SESSION_ID]: id, ...attributes },
      context,
    })
  } catch {
    reportFailed('the logger')
  }
}
