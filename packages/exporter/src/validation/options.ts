import { checkSessionId, type SessionAliases, type SessionIdRule } from '@otel-sessions/semconv'
import { checkIdOptions, checkOption, kindOf } from '@otel-sessions/semconv/internal'
import {
  type AttributeMapper,
  type BackendProblemCounts,
  CREATE_MAPPER,
  type CreateMapper,
  type SessionBackend,
} from '../backends/backend.ts'
import { problems } from '../problems.ts'
import { type Backfill, CREATE_BUFFER, type CreateBuffer } from './backfill-contract.ts'
import type { ValidationRules } from './decide.ts'

/** What becomes of an invalid ID: `drop`, or a function that makes a valid ID of it. */
export type OnInvalid = 'drop' | ((id: string) => string)

/** How spans are validated before they are exported. */
export interface ValidationOptions {
  /**
   * The attributes that name a session on spans without a record of `SessionSpanProcessor`, in the order in which they
   * are read: names, or entries as in `SESSION_ALIASES` of `@otel-sessions/semconv`.
   *
   * @default SESSION_ALIASES
   */
  readonly aliases?: SessionAliases | undefined
  /**
   * The longest session ID to export, in characters: 1 to 199. For backends that accept less than the usual 199.
   *
   * @default 199
   */
  readonly maxLength?: number | undefined
  /**
   * What becomes of an invalid `session.id` on a span without a valid one: `drop`, or a function that makes a valid ID of
   * it, such as `hashSessionId` of `@otel-sessions/exporter/hash`, which keeps long IDs apart. It gets strings that are
   * not blank. Its result is validated, too, and dropped if it is invalid. `usingSession` rejects an invalid ID before a
   * span has it: pass it `hashSessionId(id)` instead.
   *
   * @default 'drop'
   */
  readonly onInvalid?: OnInvalid | undefined
  /**
   * Spans without a session are buffered until their local trace completes. If it contained exactly one session, they
   * inherit it. For spans such as those of an HTTP client, when the framework around it names the session only at its end.
   *
   * A local trace is what belongs together in this process. A span that starts after the first span of a trace and its
   * own parent have ended is later work, and waits for itself only. Backfill needs `SessionSpanProcessor`, which knows
   * which spans are open. The provider's `forceFlush` and `shutdown` export what waits. What waits when the process ends
   * without a shutdown is lost, as in a batch processor.
   *
   * @default undefined: spans without a session are exported without one
   * @example new SessionSpanExporter(new OTLPTraceExporter(), { backfill: backfill() })
   */
  readonly backfill?: Backfill | undefined
  /**
   * The backends that receive the spans, if they group by keys of their own: values of `@otel-sessions/exporter/backends`.
   * Their session key gets the exported `session.id`, and is removed from spans whose session is cleared. User, tags and
   * metadata are written unless the span has the key already. What a backend cannot accept is left out for it only, and
   * counted in `stats().backends`. At most 128 keys of `metadata` become attributes.
   *
   * @default []: Phoenix, Arize and MLflow read the attributes as they are
   * @example new SessionSpanExporter(exporter, { backends: [langfuse, defineBackend({ name: 'mine', session: ['app.id'] })] })
   */
  readonly backends?: readonly SessionBackend[] | undefined
}

/** The options, checked. */
export interface ValidationSettings {
  readonly rules: ValidationRules
  readonly mapper: AttributeMapper | undefined
  readonly createBuffer: CreateBuffer | undefined
}

/** The names of the options. */
export const VALIDATION_OPTIONS = [
  'aliases',
  'maxLength',
  'onInvalid',
  'backfill',
  'backends',
] satisfies (keyof ValidationOptions)[]

/**
 * Checks the options, whose names were checked.
 *
 * @param owner the class that messages begin with
 * @param path what messages put before the name of an option: empty, or the option that holds them and a dot
 * @param counts where problems of backends are counted
 * @throws TypeError or RangeError that names the option and the kind of value it has
 */
export function validationSettingsOf(
  options: ValidationOptions,
  owner: string,
  path: string,
  counts: BackendProblemCounts,
): ValidationSettings {
  const { onInvalid = 'drop', backends = [], backfill } = options
  const { aliases, rule } = checkIdOptions(owner, options, path)
  const check = (isRight: boolean, option: string, expected: string, value: unknown, hint = '') =>
    checkOption(isRight, owner, path + option, expected, value, kindOf(value) + hint)
  const isRight = onInvalid === 'drop' || typeof onInvalid === 'function'
  check(isRight, 'onInvalid', "'drop' or a function", onInvalid)
  check(Array.isArray(backends), 'backends', 'an array of backends', backends)
  const mappers = backends.map((backend, index) => {
    const create: unknown = (backend as SessionBackend | null | undefined)?.[CREATE_MAPPER]
    // A string is not repeated: it may be anything, a token too.
    const how = typeof backend === 'string' ? 'import one' : 'use defineBackend'
    const hint = `: ${how} from '@otel-sessions/exporter/backends'`
    check(typeof create === 'function', `backends[${index}]`, 'a backend', backend, hint)
    return create as CreateMapper
  })
  const createBuffer: unknown = (backfill as Backfill | null | undefined)?.[CREATE_BUFFER]
  check(
    backfill === undefined || typeof createBuffer === 'function',
    'backfill',
    'made by backfill()',
    backfill,
    ": import { backfill } from '@otel-sessions/exporter/backfill'",
  )
  return {
    rules: { rule, aliases, replace: replacerOf(onInvalid, rule) },
    mapper: mappers[0]?.(backends, `${owner}: option ${path}backends`, counts, problems),
    createBuffer: createBuffer as CreateBuffer | undefined,
  }
}

/** The function of the option, guarded: an ID is dropped if the function throws or makes no valid ID. */
function replacerOf(onInvalid: OnInvalid, rule: SessionIdRule): ValidationRules['replace'] {
  if (onInvalid === 'drop') return undefined
  return (id) => {
    try {
      const made: unknown = onInvalid(id)
      const check = checkSessionId(made, rule)
      if (check.ok) return check.id
      problems.report('on-invalid:invalid', () => {
        return `option onInvalid made ${kindOf(made)} (${check.reason}); the invalid session ID is dropped`
      })
    } catch {
      problems.report('on-invalid:threw', () => 'option onInvalid threw; the invalid session ID is dropped')
    }
    return undefined
  }
}
