import { checkSessionId, SESSION_END_STATES } from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { MODELS_MAX } from '../totals/models.ts'
import { isTime } from '../totals/session.ts'
import { LAST_BUCKET } from '../totals/sketch.ts'
import { isScore } from '../totals/tally.ts'
import { VALUES_MAX } from '../totals/value-sets.ts'
import { WORK_FIELDS } from '../totals/work.ts'
import { NAME_MAX_LENGTH } from '../usage/values.ts'
import { COUNTS, type SessionSnapshot, TALLY_DIGITS, type TallySnapshot } from './snapshot.ts'

class InvalidSnapshot extends TypeError {
  constructor(path: string, wanted: string, value: unknown) {
    const is = typeof value === 'number' ? String(value) : kindOf(value)
    super(`SessionAnalytics: ${path} must be ${wanted}; it is ${is}`)
    this.name = 'TypeError'
  }
}

/** Checks the value at a path. */
type Check = (value: unknown, path: string) => void

const check =
  (wanted: string, isFine: (value: unknown) => boolean): Check =>
  (value, path) => {
    if (!isFine(value)) throw new InvalidSnapshot(path, wanted, value)
  }

const count = check('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
const whole = check('a whole number', Number.isSafeInteger)
const time = check('a time in milliseconds', (value) => typeof value === 'number' && isTime(value))
const bool = check('true or false', (value) => typeof value === 'boolean')

const text = (least: number, most: number): Check =>
  check(`a string of ${least} to ${most} characters`, (value) => {
    return typeof value === 'string' && value.length >= least && value.length <= most
  })

const oneOf = (values: readonly unknown[]): Check =>
  check(`one of ${values.join(', ')}`, (value) => values.includes(value))

const optional =
  (one: Check): Check =>
  (value, path) => {
    if (value !== undefined) one(value, path)
  }

const list =
  (one: Check, most: number): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length > most) {
      throw new InvalidSnapshot(path, `an array of at most ${most}`, value)
    }
    for (let index = 0; index < value.length; index++) one(value[index], `${path}[${index}]`)
  }

const tuple =
  (...parts: readonly Check[]): Check =>
  (value, path) => {
    if (!Array.isArray(value) || value.length !== parts.length) {
      throw new InvalidSnapshot(path, `an array of ${parts.length}`, value)
    }
    for (const [index, part] of parts.entries()) part(value[index], `${path}[${index}]`)
  }

const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidSnapshot(path, 'an object', value)
    }
    for (const [field, one] of Object.entries(fields)) {
      const own = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined
      one(own, `${path}.${field}`)
    }
  }

const both =
  (...checks: readonly Check[]): Check =>
  (value, path) => {
    for (const one of checks) one(value, path)
  }

const where = (wanted: string, isFine: (value: never) => boolean): Check =>
  check(wanted, (value) => isFine(value as never))

const isWholeInString = (value: unknown) =>
  typeof value === 'string' && new RegExp(`^-?\\d{1,${TALLY_DIGITS}}$`).test(value)
const isOrdered = ({ count: scores, min, max }: TallySnapshot) =>
  scores === 0 ? min === undefined && max === undefined : min !== undefined && max !== undefined && min <= max

const name = text(1, NAME_MAX_LENGTH)
const repeat = (one: Check, times: number) => tuple(...new Array<Check>(times).fill(one))
const isAscending = (values: readonly string[]) =>
  values.every((value, index) => index === 0 || (values[index - 1] as string) < value)

const values = object({
  kept: both(list(name, VALUES_MAX), where('sorted, without duplicates', isAscending)),
  more: bool,
})
const score = where('a number that can be tallied', isScore)
const tally = both(
  object({
    count,
    unscored: count,
    millionths: where(`a whole number of at most ${TALLY_DIGITS} digits in a string`, isWholeInString),
    min: optional(score),
    max: optional(score),
  }),
  where('a tally whose min and max are those of its numbers', isOrdered),
)
const tallies = list(tuple(name, tally), VALUES_MAX)
/** A metric exists from its first value on. */
const metrics = list(
  tuple(
    name,
    both(
      tally,
      where('a tally of at least one number', ({ count: values }: TallySnapshot) => values > 0),
    ),
  ),
  VALUES_MAX,
)
/** The part of the cost that is neither input nor output is negative for a discount, the whole is not. */
const isPaid = (all: readonly number[]) =>
  WORK_FIELDS.reduce((sum, field, index) => (field.endsWith('Cost') ? sum + (all[index] ?? 0) : sum), 0) >= 0
const numbers = both(
  tuple(...WORK_FIELDS.map((field) => (field === 'otherCost' ? whole : count))),
  where('numbers whose costs are not negative together', isPaid),
)
const sketch = list(
  tuple(
    both(
      count,
      where(`at most ${LAST_BUCKET}`, (bucket: number) => bucket <= LAST_BUCKET),
    ),
    count,
  ),
  LAST_BUCKET + 1,
)

const version = check('2, that of this release: merge snapshots of the same release', (value) => value === 2)

const session = object({
  id: where('a valid session ID', (id) => checkSessionId(id).ok),
  times: optional(
    both(
      repeat(time, 2),
      where('sorted', ([first, last]: readonly number[]) => (first as number) <= (last as number)),
    ),
  ),
  counts: repeat(count, COUNTS.length),
  models: both(
    list(tuple(text(0, NAME_MAX_LENGTH), numbers), MODELS_MAX),
    where('sorted, without duplicates', (models: readonly [string][]) =>
      isAscending(models.map(([model]) => model)),
    ),
  ),
  otherModels: optional(numbers),
  users: values,
  tags: values,
  environments: values,
  name: optional(object({ name, time: time })),
  end: optional(
    object({ state: oneOf(SESSION_END_STATES), reason: optional(name), time: time, implied: bool }),
  ),
  late: count,
  events: count,
  attachments: count,
  feedback: optional(object({ count, scored: count, names: tallies, more: bool })),
  metrics,
  moreMetrics: bool,
  traceLatency: sketch,
  llmCallLatency: sketch,
})

/**
 * Checks a whole snapshot, before anything of it is merged.
 *
 * @throws TypeError that names what is wrong with it
 */
export function checkedSnapshot(value: unknown): readonly SessionSnapshot[] {
  object({ version, sessions: list(session, Number.MAX_SAFE_INTEGER) })(value, 'snapshot')
  return (value as { sessions: readonly SessionSnapshot[] }).sessions
}
