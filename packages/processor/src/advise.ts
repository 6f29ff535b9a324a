import { adviseSessionId, type SessionIdAdvice } from '@otel-sessions/semconv'
import { report } from './report.ts'

const WHY: Record<SessionIdAdvice, string> = {
  generic: 'a session ID looks generic, so several users may share it',
  placeholder: 'a session ID looks like a missing value that was made a string',
  'surrounding-blank': 'a session ID begins or ends with a space, and backends that trim it merge sessions',
  'looks-like-email': 'a session ID looks like an e-mail address, which is personal data',
}

/** Says once, for each kind of advice, that a valid session ID is a weak one. Changes nothing. */
export function advise(id: string): void {
  for (const advice of adviseSessionId(id)) report(`advice:${advice}`, () => WHY[advice])
}
