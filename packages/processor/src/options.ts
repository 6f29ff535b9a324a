import {
  checkSessionId,
  createSessionId,
  type SessionAliases,
  type SessionIdRule,
} from '@otel-sessions/semconv'
import {
  checkChoice,
  checkIdOptions,
  checkOption,
  checkOptions,
  kindOf,
  type SessionRecordSettings,
} from '@otel-sessions/semconv/internal'
import { idFromEnvironment } from './environment.ts'
import { reportWeakId } from './report/report.ts'

/** Options of `SessionSpanProcessor`. */
export interface SessionSpanProcessorOptions {
  /**
   * What happens when something overwrites an explicit `session.id`: `restore` writes it back and keeps the other ID in
   * `otel_sessions.overwritten_id`; `accept` leaves the other ID. Both are counted. An invalid ID is never left.
   *
   * @default 'restore'
   */
  readonly onOverwrite?: 'restore' | 'accept' | undefined
  /**
   * Whether a span without a session takes the one that all its children agree on, so that the HTTP root span has the
   * session that was entered below it.
   *
   * @default true
   */
  readonly inferFromChildren?: boolean | undefined
  /**
   * Which attributes name a session, in the order in which they are read: names, or entries as in `SESSION_ALIASES` of
   * `@otel-sessions/semconv`.
   *
   * @default SESSION_ALIASES
   */
  readonly aliases?: SessionAliases | undefined
  /**
   * The longest session ID, in characters: 1 to 199. Lower it for a backend that accepts less.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
  /**
   * The session of every span for which nothing else sets or names one. It is meant for an agent script, whose process
   * is one session: an ID, or `true` for the ID in the environment variable `OTEL_SESSION_ID`, else a new UUID v7 for
   * each processor. Without the option only the variable counts, with `false` not even that. A span takes the default
   * session when it ends; in `usingSession(null)` it takes none. Never set it in a server: it would merge its users.
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

const WHERE = 'SessionSpanProcessor'

/**
 * Checks the options, and adds the defaults.
 *
 * @throws TypeError or RangeError that names the option and what is wrong with its value
 */
export function settingsOf(options: SessionSpanProcessorOptions = {}): SessionRecordSettings {
  const own = checkOptions(WHERE, options, OPTIONS)
  const { onOverwrite = 'restore', inferFromChildren = true, defaultSession } = own
  checkChoice(WHERE, 'onOverwrite', onOverwrite, ['restore', 'accept'])
  checkChoice(WHERE, 'inferFromChildren', inferFromChildren, [true, false])
  const { aliases, rule } = checkIdOptions(WHERE, own)
  return {
    onOverwrite,
    inferFromChildren,
    aliases,
    rule,
    defaultId: defaultIdOf(defaultSession, rule),
    runsLateRules: false,
    flush: { count: 0, releases: new Set(), inFlight: new Set(), atShutdown: new Set() },
  }
}

function defaultIdOf(option: unknown, rule: SessionIdRule): string | undefined {
  if (option === false) return undefined
  if (option === undefined || option === true) {
    return idFromEnvironment(rule) ?? (option ? createSessionId() : undefined)
  }
  const check = checkSessionId(option, rule)
  if (!check.ok) {
    const Problem = typeof option === 'string' ? RangeError : TypeError
    const expected = `a session ID of 1 to ${rule.maxLength} printable US-ASCII characters, true or false`
    const described = `${kindOf(option)} (${check.reason})`
    checkOption(false, WHERE, 'defaultSession', expected, option, described, Problem)
  }
  reportWeakId(option as string)
  return option as string
}

/** Those of a context in which no span names its processor. */
export const DEFAULT_SETTINGS: SessionRecordSettings = /* @__PURE__ */ settingsOf({ defaultSession: false })
