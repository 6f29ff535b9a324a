import type { SessionIdRule } from '@otel-sessions/semconv'
import { checkAliasValue } from '@otel-sessions/semconv/internal'
import { environmentVariable } from './platform.ts'
import { reportInvalidId } from './report/report.ts'

const ENVIRONMENT_VARIABLE = 'OTEL_SESSION_ID'

/** The session that a parent process passed on. A wrong one is reported and does not throw, because no code is wrong. */
export function idFromEnvironment(rule: SessionIdRule): string | undefined {
  const value = environmentVariable(ENVIRONMENT_VARIABLE)
  // An empty variable counts as unset, as in OpenTelemetry.
  if (value === undefined || value === '') return undefined
  // As an alias: `env.OTEL_SESSION_ID = undefined` sets the string "undefined" in Node, which would merge everyone's
  // sessions.
  const check = checkAliasValue(ENVIRONMENT_VARIABLE, value, rule)
  if (check.ok) return check.id
  const what = `the variable ${ENVIRONMENT_VARIABLE} is ignored`
  reportInvalidId('environment', what, value, check.reason, rule.maxLength)
  return undefined
}
