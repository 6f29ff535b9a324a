import { checkSessionId, createSessionId, type SessionIdRule } from '@otel-sessions/semconv'
import { isPlaceholder, kindOf } from '@otel-sessions/semconv/internal'
import { advise } from './advise.ts'
import { report } from './report.ts'

/** Where a process that starts this one leaves the session that both are in. */
const ENVIRONMENT_VARIABLE = 'OTEL_SESSION_ID'

/**
 * The session of what nobody names, from the option `defaultSession` and the environment.
 *
 * @throws TypeError or RangeError when the option is wrong. A wrong variable is counted and said, because no line
 *   of code is to blame for it
 */
export function defaultSessionOf(option: unknown, rule: SessionIdRule): string | undefined {
  if (option === false) return undefined
  if (option === undefined) return inherited(rule)
  if (option === true) return inherited(rule) ?? createSessionId()
  const check = checkSessionId(option, rule)
  if (check.ok) {
    advise(check.id)
    return check.id
  }
  const Problem = check.reason === 'not-a-string' ? TypeError : RangeError
  throw new Problem(
    `SessionSpanProcessor: option defaultSession must be a session ID of 1 to ${rule.maxLength} printable US-ASCII characters, true or false; it is ${kindOf(option)} (${check.reason})`,
  )
}

function inherited(rule: SessionIdRule): string | undefined {
  const value = environment()
  // As OpenTelemetry has it: an empty variable is none.
  if (value === undefined || value === '') return undefined
  const check = checkSessionId(value, rule)
  // What Node makes of `env.OTEL_SESSION_ID = undefined` is no session, and everybody's.
  const problem = check.ok ? (isPlaceholder(check.id) ? 'placeholder' : undefined) : check.reason
  if (problem === undefined) return value
  report(`environment:${problem}`, () => {
    return `the environment variable ${ENVIRONMENT_VARIABLE} is passed over: ${problem}. It is ${kindOf(value)}`
  })
  return undefined
}

/** By its shape, because browsers and workers have no `process`, and Deno may refuse to tell. */
function environment(): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
    return process?.env?.[ENVIRONMENT_VARIABLE]
  } catch {
    return undefined
  }
}
