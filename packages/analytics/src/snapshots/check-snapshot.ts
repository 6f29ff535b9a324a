import { checkSessionId, SESSION_END_STATES } from '@otel-sessions/semconv'
import {
  bool,
  both,
  type Check,
  count,
  finite,
  holds,
  list,
  object,
  oneOf,
  optional,
  text,
  tuple,
  whole,
} from '../check.ts'
import { MODEL_SUMS, MODEL_WIDTH } from '../model-fields.ts'
import { LONGEST_NAME } from '../people.ts'
import type { SessionSnapshot } from '../snapshot-types.ts'
import { isScore } from '../tally.ts'
import { SUM_COUNT } from '../totals/fields.ts'
import { MOST_MODELS } from '../totals/models.ts'
import { LAST_BUCKET } from '../totals/sketch.ts'
import { MOST_VALUES } from '../totals/value-sets.ts'

const name = text(1, LONGEST_NAME)
const repeat = (one: Check, times: number) => tuple(...new Array<Check>(times).fill(one))
const isAscending = (values: readonly string[]) =>
  values.every((value, index) => index === 0 || (values[index - 1] as string) < value)

const values = object({
  kept: both(list(name, MOST_VALUES), holds('in order, each once', isAscending)),
  more: bool,
})
const score = holds('a number that can be tallied', isScore)
const tally = object({
  count,
  unscored: count,
  millionths: holds('a whole number in a string', (value) => /^-?\d{1,40}$/.test(String(value))),
  min: optional(score),
  max: optional(score),
})
const numbers = both(
  repeat(whole, MODEL_WIDTH),
  holds('numbers of which no count is negative', (all: readonly number[]) =>
    all.slice(0, MODEL_SUMS.length).every((one) => one >= 0),
  ),
)
const sketch = list(
  tuple(
    both(
      count,
      holds(`at most ${LAST_BUCKET}`, (bucket: number) => bucket <= LAST_BUCKET),
    ),
    count,
  ),
  LAST_BUCKET + 1,
)

const session = object({
  id: holds('a valid session ID', (id) => checkSessionId(id).ok),
  times: optional(
    both(
      repeat(finite, 2),
      holds('in order', ([first, last]: readonly number[]) => (first as number) <= (last as number)),
    ),
  ),
  sums: repeat(count, SUM_COUNT),
  costs: repeat(whole, 3),
  models: both(
    list(tuple(text(0, LONGEST_NAME), numbers), MOST_MODELS),
    holds('in order, each once', (models: readonly [string][]) =>
      isAscending(models.map(([model]) => model)),
    ),
  ),
  otherModels: optional(numbers),
  users: values,
  tags: values,
  environments: values,
  name: optional(object({ name, time: finite })),
  end: optional(
    object({ state: oneOf(SESSION_END_STATES), reason: optional(name), time: finite, implied: bool }),
  ),
  late: count,
  events: count,
  attachments: count,
  feedback: optional(tally),
  metrics: list(tuple(name, tally), MOST_VALUES),
  moreMetrics: bool,
  traceLatency: sketch,
  llmCallLatency: sketch,
})

/**
 * A snapshot, checked through and through before anything of it is used.
 *
 * @throws TypeError that names what is wrong with it
 */
export function checkedSnapshot(value: unknown): readonly SessionSnapshot[] {
  object({
    version: oneOf([1]),
    sessions: list(both(session, holds('in agreement with its models', agrees)), Number.MAX_SAFE_INTEGER),
  })(value, 'the top')
  return (value as { sessions: readonly SessionSnapshot[] }).sessions
}

/** A session's models add up to what the session has. */
function agrees({ sums, costs, models, otherModels }: SessionSnapshot): boolean {
  const all = [...models.map(([, one]) => one), ...(otherModels === undefined ? [] : [otherModels])]
  const expected = [...MODEL_SUMS.map((sum) => sums[sum] as number), ...costs]
  return expected.every((one, index) => one === all.reduce((sum, each) => sum + (each[index] as number), 0))
}
