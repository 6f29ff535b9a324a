import type { SessionStats } from '../app/sessions.ts'
import type { Mode } from '../scenario.ts'
import type { ReceivedSpan } from '../support/otlp.ts'
import type { UsersReport } from '../users.ts'

/** What the uninstrumented processes recorded in one run, and the application's own counters. */
export interface Evidence {
  mode: Mode
  spans: ReceivedSpan[]
  modelRequests: { order?: string; stream: boolean }[]
  users: UsersReport
  stats: SessionStats
  warnings: string[]
  millis: number
}

export const sessionOf = (span: ReceivedSpan): unknown => span.attributes['session.id']

export const hasNoSession = (span: ReceivedSpan): boolean => sessionOf(span) === undefined

export const isLlmSpan = (span: ReceivedSpan): boolean => span.attributes['openinference.span.kind'] === 'LLM'

/** The spans of one conversation, found by trace ID, so that it works without sessions. */
export function spansOf(evidence: Evidence, session: string): ReceivedSpan[] {
  const traces = new Set(evidence.users.traces[session])
  return evidence.spans.filter((span) => traces.has(span.traceId))
}
