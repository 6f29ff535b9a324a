import {
  ATTR_SESSION_END_REASON,
  ATTR_SESSION_END_STATE,
  ATTR_SESSION_FEEDBACK_SCORE,
  ATTR_SESSION_METRIC_NAME,
  ATTR_SESSION_METRIC_VALUE,
  ATTR_SESSION_NAME,
  ATTR_SESSION_PREVIOUS_ID,
  checkSessionId,
  SESSION_END_STATES,
  SESSION_SPAN_NAMES,
  SESSION_SPAN_SCOPE,
  type SessionEndState,
  type SessionSpanKind,
} from '@otel-sessions/semconv'
import { ownValue } from '@otel-sessions/semconv/internal'
import type { EndedSpan } from './ended-span.ts'
import { LONGEST_NAME } from './people.ts'
import { isScore, Tally } from './tally.ts'
import { epochMillis } from './times.ts'
import type { Rare } from './totals/rare-fields.ts'
import { MOST_VALUES } from './totals/value-sets.ts'

const KINDS = new Map<string, SessionSpanKind>(
  Object.entries(SESSION_SPAN_NAMES).map(([kind, name]) => [name, kind as SessionSpanKind]),
)

/**
 * Which word of a session about itself a span is, if it is one: by its name, and because an application may call a span
 * of its own the same, by its scope. Plain data that shows no scope goes by its name alone.
 */
export const wordOf = (span: EndedSpan): SessionSpanKind | undefined => {
  const { name } = span
  // Nearly no span is one, and this is much cheaper than hashing its name.
  return name.length < 20 && name.startsWith('session.') && isOfScope(span) ? KINDS.get(name) : undefined
}

function isOfScope({ instrumentationScope, instrumentationLibrary }: EndedSpan): boolean {
  const scope = (instrumentationScope ?? instrumentationLibrary)?.name
  return scope === undefined || scope === SESSION_SPAN_SCOPE
}

/** What a word does to another session than its own. */
export interface Heard {
  /** How many of its values were left out. */
  readonly ignored: number
  /** The session says here that it has ended. */
  readonly ended: { state: SessionEndState; reason: string | undefined; time: number } | undefined
  /** The session that ends because this one has started. */
  readonly replaced: { id: string; time: number } | undefined
}

const NOTHING: Heard = { ignored: 0, ended: undefined, replaced: undefined }
const IGNORED: Heard = { ...NOTHING, ignored: 1 }

/** Notes what a session says about itself. */
export function hear(word: SessionSpanKind, span: EndedSpan, rare: () => Rare): Heard {
  switch (word) {
    case 'start':
      return hearStart(span, rare)
    case 'end':
      return hearEnd(span)
    case 'event':
      rare().events++
      return NOTHING
    case 'attachment':
      rare().attachments++
      return NOTHING
    case 'feedback':
      return hearFeedback(span, rare)
    case 'metric':
      return hearMetric(span, rare)
  }
}

function hearStart({ attributes, startTime }: EndedSpan, rare: () => Rare): Heard {
  const time = epochMillis(startTime)
  if (!Number.isFinite(time)) return IGNORED
  const name = ownValue(attributes, ATTR_SESSION_NAME)
  let ignored = 0
  if (isName(name)) {
    const facts = rare()
    if (facts.name === undefined || isBefore({ name, time }, facts.name)) facts.name = { name, time }
  } else if (name !== undefined) ignored++
  const previous = ownValue(attributes, ATTR_SESSION_PREVIOUS_ID)
  const check = checkSessionId(previous)
  if (previous !== undefined && !check.ok) ignored++
  return { ignored, ended: undefined, replaced: check.ok ? { id: check.id, time } : undefined }
}

/** The first name holds; of two at the same time the smaller one, so that the order does not matter. */
export const isBefore = (
  one: { name: string; time: number },
  other: { name: string; time: number },
): boolean => one.time < other.time || (one.time === other.time && one.name < other.name)

function hearEnd({ attributes, startTime }: EndedSpan): Heard {
  const time = epochMillis(startTime)
  if (!Number.isFinite(time)) return IGNORED
  const said = ownValue(attributes, ATTR_SESSION_END_STATE)
  const state = SESSION_END_STATES.find((one) => one === said) ?? 'indeterminate'
  const why = ownValue(attributes, ATTR_SESSION_END_REASON)
  const reason = isName(why) ? why : undefined
  const ignored =
    (said === undefined || said === state ? 0 : 1) + (why === undefined || why === reason ? 0 : 1)
  return { ignored, ended: { state, reason, time }, replaced: undefined }
}

function hearFeedback({ attributes }: EndedSpan, rare: () => Rare): Heard {
  const score = ownValue(attributes, ATTR_SESSION_FEEDBACK_SCORE)
  const facts = rare()
  facts.feedback ??= new Tally()
  if (isScore(score)) facts.feedback.add(score)
  else facts.feedback.unscored++
  return score === undefined || isScore(score) ? NOTHING : IGNORED
}

function hearMetric({ attributes }: EndedSpan, rare: () => Rare): Heard {
  const name = ownValue(attributes, ATTR_SESSION_METRIC_NAME)
  const value = ownValue(attributes, ATTR_SESSION_METRIC_VALUE)
  if (!isName(name) || !isScore(value)) return IGNORED
  const tally = new Tally()
  tally.add(value)
  addMetric(rare(), name, tally)
  return NOTHING
}

/** Adds to a metric of a session. The smallest names are kept, so that the order does not matter. */
export function addMetric(rare: Rare, name: string, tally: Tally): void {
  rare.metrics ??= new Map()
  const known = rare.metrics.get(name)
  if (known === undefined) rare.metrics.set(name, tally)
  else known.merge(tally)
  if (rare.metrics.size <= MOST_VALUES) return
  rare.metrics.delete([...rare.metrics.keys()].sort().at(-1) as string)
  rare.moreMetrics = true
}

/** Whether a value is a string that is kept. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME
