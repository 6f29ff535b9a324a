import type { SessionStats } from '../app/sessions.ts'
import type { Mode } from '../scenario.ts'
import type { ReceivedSpan } from '../support/otlp.ts'
import type { UsersReport } from '../users.ts'

/** What one run left in the processes without instrumentation, and the application's own counters. */
export interface Evidence {
  mode: Mode
  spans: ReceivedSpan[]
  modelRequests: { order?: string; stream: boolean }[]
  users: UsersReport
  stats: SessionStats
  said: string[]
  millis: number
}

export const sessionOf = (span: ReceivedSpan): unknown => span.attributes['session.id']

export const isBare = (span: ReceivedSpan): boolean => sessionOf(span) === undefined

export const isLlmSpan = (span: ReceivedSpan): boolean => span.attributes['openinference.span.kind'] === 'LLM'

/** The spans of one conversation by trace, which works without any session on them. */
export function spansOf(evidence: Evidence, session: string): ReceivedSpan[] {
  const traces = new Set(evidence.users.traces[session])
  return evidence.spans.filter((span) => traces.has(span.traceId))
}
