import { SESSION_ALIASES, SESSION_ID_MAX_LENGTH, type SessionAliases } from '@otel-sessions/semconv'
import { aliasesProblem, kindOf, planAliases, unknownOption } from '@otel-sessions/semconv/internal'
import { checkWholeNumber, LONGEST_TIMER } from './check-number.ts'
import { type Dialects, dialectsOf } from './dialect-options.ts'
import { type DialectPlan, planDialects } from './dialect-plan.ts'
import { type FillFromTraceOptions, type FillSettings, fillSettingsOf } from './fill-options.ts'
import type { GateRules } from './gate.ts'
import { type OnInvalid, replacerOf } from './replace.ts'

/** Options of `SessionSpanExporter`. */
export interface SessionSpanExporterOptions {
  /**
   * Which attributes name a session on a span without a record of `SessionSpanProcessor`, in the order in
   * which they are read: names, or entries as in `SESSION_ALIASES` of `@otel-sessions/semconv`.
   *
   * @default SESSION_ALIASES
   */
  readonly aliases?: SessionAliases | undefined
  /**
   * The longest session ID to ship, in characters, for a backend that takes less than the usual 199: 1 to 199.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
  /**
   * What becomes of an invalid `session.id` where nothing valid names the session: `drop`, or a function that
   * makes a valid ID of it, such as `hashSessionId` of `@otel-sessions/exporter/hash`, for people who must
   * keep long IDs apart. It gets strings that are not blank; what it gives is checked by the same rule, and
   * dropped if it is none. `usingSession` refuses an invalid ID before any span has it: give it
   * `hashSessionId(id)` instead.
   *
   * @default 'drop'
   */
  readonly onInvalid?: OnInvalid | undefined
  /**
   * For spans that nobody names, such as the HTTP client's beside those of a framework that tells the session only
   * when it is done. With an object, even an empty one, such a span waits in the exporter until no span of its trace
   * is open, at most 30 s, with at most 2,048 others; then it gets the session of the trace, if that has shown exactly
   * one. If it cannot wait so long, or the trace has shown several, it goes without.
   *
   * `true` lets nothing wait: only what is exported after its trace has ended is filled. That is little, and hardly
   * anything with `SimpleSpanProcessor`; you mostly want `{}`.
   *
   * A trace is here what hangs together in this process. What starts after the first span of a trace and its own
   * parent have ended is later work, and waits for itself alone. Waiting needs `SessionSpanProcessor`, which knows
   * what is open; the provider's `forceFlush` and `shutdown` ship what waits. What waits when the process ends without
   * a shutdown is lost, as is what a batch processor has.
   *
   * @default false
   * @example new SessionSpanExporter(new OTLPTraceExporter(), { fillFromTrace: {} })
   */
  readonly fillFromTrace?: boolean | FillFromTraceOptions | undefined
  /**
   * The backends behind the exporter, whose own keys are added: names of `SESSION_DIALECTS` of
   * `@otel-sessions/semconv`, or objects as there. Their session key gets the `session.id` that is shipped, and
   * loses what it had where the application states that there is no session. User, tags and metadata are written
   * where the span does not have their key. What a backend cannot hold is left out for it alone, and counted in
   * `stats().dialects`. At most 128 keys of `metadata` become attributes.
   *
   * @default none: Phoenix, Arize and MLflow read the attributes as they are
   * @example new SessionSpanExporter(exporter, { dialects: ['langsmith', { name: 'mine', session: ['app.session'] }] })
   */
  readonly dialects?: Dialects | undefined
  /**
   * How long one export may take, in milliseconds, before it counts as failed; also the limit for the wrapped
   * exporter's own `forceFlush`. A whole number of at least 1, at most 2,147,483,647.
   *
   * @default 30000
   */
  readonly exportTimeoutMillis?: number | undefined
  /**
   * How long `shutdown` may take in all, in milliseconds. A whole number of at least 1, at most 2,147,483,647.
   *
   * @default 10000
   */
  readonly shutdownTimeoutMillis?: number | undefined
}

/** The options, checked and complete. */
export interface ExporterSettings {
  readonly rules: GateRules
  /** Undefined where it is off. */
  readonly fill: FillSettings | undefined
  readonly dialects: DialectPlan | undefined
  readonly exportTimeoutMillis: number
  readonly shutdownTimeoutMillis: number
}

const OPTIONS = [
  'aliases',
  'maxLength',
  'onInvalid',
  'fillFromTrace',
  'dialects',
  'exportTimeoutMillis',
  'shutdownTimeoutMillis',
] satisfies (keyof SessionSpanExporterOptions)[]

/**
 * The options, checked.
 *
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function settingsOf(options: SessionSpanExporterOptions = {}): ExporterSettings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`SessionSpanExporter: options must be an object, they are ${kindOf(options)}`)
  }
  const unknown = unknownOption(options, OPTIONS)
  if (unknown !== undefined) throw new TypeError(`SessionSpanExporter: ${unknown}`)
  const { aliases = SESSION_ALIASES, maxLength = SESSION_ID_MAX_LENGTH } = options
  const { onInvalid = 'drop', fillFromTrace = false, dialects = [] } = options
  const { exportTimeoutMillis = 30_000, shutdownTimeoutMillis = 10_000 } = options
  const problem = aliasesProblem(aliases)
  if (problem !== undefined) throw new TypeError(`SessionSpanExporter: option aliases ${problem}`)
  checkWholeNumber('maxLength', maxLength, SESSION_ID_MAX_LENGTH)
  checkWholeNumber('exportTimeoutMillis', exportTimeoutMillis, LONGEST_TIMER)
  checkWholeNumber('shutdownTimeoutMillis', shutdownTimeoutMillis, LONGEST_TIMER)
  if (onInvalid !== 'drop' && typeof onInvalid !== 'function') {
    throw new TypeError(
      `SessionSpanExporter: option onInvalid must be 'drop' or a function, it is ${kindOf(onInvalid)}`,
    )
  }
  const rule = { maxLength }
  return {
    rules: { rule, aliases: planAliases(aliases), replace: replacerOf(onInvalid, rule) },
    fill: fillSettingsOf(fillFromTrace),
    dialects: planDialects(dialectsOf(dialects)),
    exportTimeoutMillis,
    shutdownTimeoutMillis,
  }
}
