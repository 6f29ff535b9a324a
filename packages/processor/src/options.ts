import {
  checkSessionId,
  createSessionId,
  SESSION_ALIASES,
  SESSION_ID_MAX_LENGTH,
  type SessionAliases,
  type SessionIdRule,
} from '@otel-sessions/semconv'
import {
  aliasesProblem,
  isPlaceholder,
  kindOf,
  planAliases,
  type SessionRecordSettings,
  unknownOption,
} from '@otel-sessions/semconv/internal'
import { report, reportWeakId } from './report/report.ts'

/** Options of `SessionSpanProcessor`. */
export interface SessionSpanProcessorOptions {
  /**
   * What happens when something writes another `session.id` over the one that the application stated:
   * `restore` puts the stated one back and keeps the other in `otel_sessions.overwritten_id`; `accept` leaves
   * the other one. Both count it. An invalid ID is never left.
   *
   * @default 'restore'
   */
  readonly onOverwrite?: 'restore' | 'accept' | undefined
  /**
   * Whether a span that nothing names takes the session that all its children agree on, so that the HTTP
   * root has the session that was entered below it.
   *
   * @default true
   */
  readonly inferFromChildren?: boolean | undefined
  /**
   * Which attributes name a session, in the order in which they are read: names, or entries as in
   * `SESSION_ALIASES` of `@otel-sessions/semconv`.
   *
   * @default SESSION_ALIASES
   */
  readonly aliases?: SessionAliases | undefined
  /**
   * The longest session ID, in characters, for a backend that takes less than the usual 199: 1 to 199.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
  /**
   * The session of every span that nothing else states or hints one for: for an agent script, whose process is one
   * session. An ID; or `true`: the one in the environment variable `OTEL_SESSION_ID`, else a new UUID v7, for each processor another. Without
   * the option the variable counts alone, with `false` nothing does. A span takes it when it ends, and what is in
   * `usingSession(null)` takes none. Not for a server, where it would file one user's work beside another's.
   *
   * @default undefined
   */
  readonly defaultSession?: string | boolean | undefined
}

const OPTIONS = [
  'onOverwrite',
  'inferFromChildren',
  'aliases',
  'maxLength',
  'defaultSession',
] satisfies (keyof SessionSpanProcessorOptions)[]

/**
 * The options, checked.
 *
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function settingsOf(options: SessionSpanProcessorOptions = {}): SessionRecordSettings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`SessionSpanProcessor: options must be an object, they are ${kindOf(options)}`)
  }
  const unknown = unknownOption(options, OPTIONS)
  if (unknown !== undefined) throw new TypeError(`SessionSpanProcessor: ${unknown}`)
  const { onOverwrite = 'restore', inferFromChildren = true, aliases = SESSION_ALIASES } = options
  const { maxLength = SESSION_ID_MAX_LENGTH } = options
  if (onOverwrite !== 'restore' && onOverwrite !== 'accept') {
    throw new TypeError(
      `SessionSpanProcessor: option onOverwrite must be 'restore' or 'accept', it is ${kindOf(onOverwrite)}`,
    )
  }
  if (typeof inferFromChildren !== 'boolean') {
    throw new TypeError(
      `SessionSpanProcessor: option inferFromChildren must be a boolean, it is ${kindOf(inferFromChildren)}`,
    )
  }
  if (!Number.isInteger(maxLength) || maxLength < 1 || maxLength > SESSION_ID_MAX_LENGTH) {
    throw new RangeError(
      `SessionSpanProcessor: option maxLength must be a whole number from 1 to ${SESSION_ID_MAX_LENGTH}, it is ${kindOfNumber(maxLength)}`,
    )
  }
  const problem = aliasesProblem(aliases)
  if (problem !== undefined) throw new TypeError(`SessionSpanProcessor: option aliases ${problem}`)
  return {
    onOverwrite,
    inferFromChildren,
    aliases: planAliases(aliases),
    rule: { maxLength },
    defaultId: defaultSessionOf(options.defaultSession, { maxLength }),
    runsLateRules: false,
    flush: { count: 0, releases: new Set(), inFlight: new Set(), atShutdown: new Set() },
  }
}

const kindOfNumber = (value: unknown) => (typeof value === 'number' ? String(value) : kindOf(value))

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
    reportWeakId(check.id)
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
