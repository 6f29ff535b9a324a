import {
  ATTR_SESSION_END_REASON,
  ATTR_SESSION_END_STATE,
  ATTR_SESSION_FEEDBACK_NAME,
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
import { isTime, type Session } from './totals/session.ts'
import { isScore, Tally } from './totals/tally.ts'
import { type Attributes, isName, shortened } from './usage/values.ts'

const KINDS = new Map<string, SessionSpanKind>(
  Object.entries(SESSION_SPAN_NAMES).map(([kind, name]) => [name, kind as SessionSpanKind]),
)

/** What a session span says, as plain data. */
export interface SessionSpan {
  readonly kind: SessionSpanKind
  /** The attributes of its kind, with values of any kind. */
  readonly attributes: Attributes
}

/** The attributes that are applied to totals. */
const ATTRIBUTES: Readonly<Record<SessionSpanKind, readonly string[]>> = {
  start: [ATTR_SESSION_NAME, ATTR_SESSION_PREVIOUS_ID],
  end: [ATTR_SESSION_END_STATE, ATTR_SESSION_END_REASON],
  event: [],
  attachment: [],
  feedback: [ATTR_SESSION_FEEDBACK_NAME, ATTR_SESSION_FEEDBACK_SCORE],
  metric: [ATTR_SESSION_METRIC_NAME, ATTR_SESSION_METRIC_VALUE],
}

/**
 * Reads a session span; undefined for every other span. It is recognized by name and scope, because an application may
 * use the same names. Plain data without a scope is recognized by name alone.
 */
export function readSessionSpan(span: EndedSpan): SessionSpan | undefined {
  const { name } = span
  // Few spans pass this test, which is much cheaper than hashing the name.
  const kind =
    name.length < 20 && name.startsWith('session.') && isOfScope(span) ? KINDS.get(name) : undefined
  if (kind === undefined) return undefined
  const { attributes } = span
  return {
    kind,
    attributes: Object.fromEntries(ATTRIBUTES[kind].map((key) => [key, ownValue(attributes, key)])),
  }
}

function isOfScope({ instrumentationScope, instrumentationLibrary }: EndedSpan): boolean {
  const scope = (instrumentationScope ?? instrumentationLibrary)?.name
  return scope === undefined || scope === SESSION_SPAN_SCOPE
}

/** What remains to be done after a session span was applied. */
export interface Applied {
  /** The number of values that were ignored because they are invalid. */
  readonly ignored: number
  /** The end of the session. */
  readonly ended: { state: SessionEndState; reason: string | undefined; time: number } | undefined
  /** The previous session, which ends because this one starts. */
  readonly replaced: { id: string; time: number } | undefined
}

const NOTHING: Applied = { ignored: 0, ended: undefined, replaced: undefined }
const IGNORED: Applied = { ...NOTHING, ignored: 1 }

/**
 * Applies a session span to the totals of its session.
 *
 * @param time its start, in milliseconds since the epoch
 */
export function applySessionSpan({ kind, attributes }: SessionSpan, time: number, session: Session): Applied {
  switch (kind) {
    case 'start':
      return applyStart(attributes, time, session)
    case 'end':
      return applyEnd(attributes, time)
    case 'event':
      session.obtainLifecycle().events++
      return NOTHING
    case 'attachment':
      session.obtainLifecycle().attachments++
      return NOTHING
    case 'feedback':
      return applyFeedback(attributes, session)
    case 'metric':
      return applyMetric(attributes, session)
  }
}

function applyStart(attributes: Attributes, time: number, session: Session): Applied {
  if (!isTime(time)) return IGNORED
  const name = attributes[ATTR_SESSION_NAME]
  let ignored = 0
  if (isName(name)) session.obtainLifecycle().addName({ name, time })
  else if (name !== undefined) ignored++
  const previous = attributes[ATTR_SESSION_PREVIOUS_ID]
  const check = checkSessionId(previous)
  if (previous !== undefined && !check.ok) ignored++
  return { ignored, ended: undefined, replaced: check.ok ? { id: check.id, time } : undefined }
}

function applyEnd(attributes: Attributes, time: number): Applied {
  if (!isTime(time)) return IGNORED
  const givenState = attributes[ATTR_SESSION_END_STATE]
  const state = SESSION_END_STATES.find((one) => one === givenState) ?? 'indeterminate'
  const givenReason = attributes[ATTR_SESSION_END_REASON]
  const reason = shortened(givenReason)
  const ignored =
    (givenState === undefined || givenState === state ? 0 : 1) +
    (givenReason === undefined || reason !== undefined ? 0 : 1)
  return { ignored, ended: { state, reason, time }, replaced: undefined }
}

/** The name of feedback that says no name, as the session object writes it. */
const DEFAULT_FEEDBACK_NAME = 'feedback'

function applyFeedback(attributes: Attributes, session: Session): Applied {
  const score = attributes[ATTR_SESSION_FEEDBACK_SCORE]
  const name = attributes[ATTR_SESSION_FEEDBACK_NAME] ?? DEFAULT_FEEDBACK_NAME
  const hasName = isName(name)
  const hasScore = isScore(score)
  const feedback = session.obtainLifecycle().obtainFeedback()
  feedback.add(hasName ? name : undefined, hasScore ? score : undefined)
  const ignored = (hasName ? 0 : 1) + (hasScore || score === undefined ? 0 : 1)
  return { ...NOTHING, ignored }
}

function applyMetric(attributes: Attributes, session: Session): Applied {
  const name = attributes[ATTR_SESSION_METRIC_NAME]
  const value = attributes[ATTR_SESSION_METRIC_VALUE]
  if (!isName(name) || !isScore(value)) return IGNORED
  const tally = new Tally()
  tally.add(value)
  session.obtainLifecycle().obtainMetrics().add(name, tally)
  return NOTHING
}
