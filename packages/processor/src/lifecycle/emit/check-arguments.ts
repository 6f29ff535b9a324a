import type { Attributes, HrTime } from '@opentelemetry/api'
import {
  ATTR_SESSION_ANNOTATION,
  ATTR_SESSION_EVENT_DATA,
  ATTR_SESSION_EVENT_NAME,
  ATTR_SESSION_FEEDBACK_COMMENT,
  ATTR_SESSION_FEEDBACK_LABEL,
  ATTR_SESSION_FEEDBACK_NAME,
  ATTR_SESSION_FEEDBACK_SCORE,
  ATTR_SESSION_FEEDBACK_SOURCE,
  ATTR_SESSION_METRIC_NAME,
  ATTR_SESSION_METRIC_VALUE,
  SESSION_END_STATES,
  type SessionEndState,
} from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report, reportLeftOut } from '../../report/report.ts'
import { reportUnknownField } from '../../scope/check-session.ts'
import type { SessionEnd, SessionFeedback } from '../types.ts'
import {
  checkFinite,
  checkName,
  checkOneOf,
  checkText,
  checkTime,
  isBefore,
  NAME_MAX_LENGTH,
  TEXT_MAX_LENGTH,
  timeNow,
} from './check-values.ts'

/** The attributes of an event; undefined where its name is invalid. Data that is not JSON is left out. Never throws. */
export function eventAttributes(name: unknown, data: unknown): Attributes | undefined {
  const checked = checkName('session-event:bad-name', 'the name of an event', name)
  if (checked === undefined) return undefined
  const json = dataJson(data)
  return {
    [ATTR_SESSION_EVENT_NAME]: checked,
    ...(json === undefined ? {} : { [ATTR_SESSION_EVENT_DATA]: json }),
  }
}

function dataJson(data: unknown): string | undefined {
  if (data === undefined || data === null) return undefined
  try {
    const json: unknown = typeof data === 'object' ? JSON.stringify(data) : undefined
    if (typeof json === 'string') return withinLimit(json)
  } catch {
    // A cycle, a BigInt, a `toJSON` or a getter that throws.
  }
  const expected = 'an object that JSON.stringify accepts'
  reportLeftOut('session-event:bad-data', 'the data of an event', data, expected)
  return undefined
}

function withinLimit(json: string): string | undefined {
  if (json.length <= TEXT_MAX_LENGTH) return json
  report('session-event:data-too-long', () => {
    return `the data of an event is left out: its JSON has ${json.length} characters, ${TEXT_MAX_LENGTH} are allowed`
  })
  return undefined
}

/** The attributes of a metric; undefined where its name or its number is invalid. Never throws. */
export function metricAttributes(name: unknown, value: unknown): Attributes | undefined {
  const checkedName = checkName('session-metric:bad-name', 'the name of a metric', name)
  const checkedValue = checkFinite('session-metric:bad-value', 'the value of a metric', value)
  if (checkedName === undefined || checkedValue === undefined) return undefined
  return { [ATTR_SESSION_METRIC_NAME]: checkedName, [ATTR_SESSION_METRIC_VALUE]: checkedValue }
}

const SOURCES = ['human', 'llm', 'code'] as const

/**
 * The attributes of feedback, ours and OpenInference's; undefined where no score, label or comment is left. Invalid
 * parts are left out and counted. Never throws.
 */
export function feedbackAttributes(feedback: unknown): Attributes | undefined {
  try {
    if (typeof feedback === 'object' && feedback !== null) return attributesOf(feedback as SessionFeedback)
  } catch {
    report('session-feedback:unreadable', () => 'feedback is left out: reading it throws')
    return undefined
  }
  return empty(kindOf(feedback))
}

function attributesOf(feedback: SessionFeedback): Attributes | undefined {
  const { score, label, comment, source, name } = feedback
  const checked = {
    score:
      score === undefined || score === null
        ? undefined
        : checkFinite('session-feedback:bad-score', 'the score of feedback', score),
    label: checkText('session-feedback:bad-label', 'the label of feedback', label, NAME_MAX_LENGTH),
    comment: checkText('session-feedback:bad-comment', 'the comment of feedback', comment),
  }
  const checkedName =
    checkText('session-feedback:bad-name', 'the name of feedback', name, NAME_MAX_LENGTH) ?? 'feedback'
  const by = checkSource(source)
  if (checked.score === undefined && checked.label === undefined && checked.comment === undefined)
    return empty('an object without any of them')
  return withoutUndefined({
    [ATTR_SESSION_FEEDBACK_NAME]: checkedName,
    [ATTR_SESSION_FEEDBACK_SCORE]: checked.score,
    [ATTR_SESSION_FEEDBACK_LABEL]: checked.label,
    [ATTR_SESSION_FEEDBACK_COMMENT]: checked.comment,
    [ATTR_SESSION_FEEDBACK_SOURCE]: by,
    [`${ATTR_SESSION_ANNOTATION}.name`]: checkedName,
    [`${ATTR_SESSION_ANNOTATION}.score`]: checked.score,
    [`${ATTR_SESSION_ANNOTATION}.label`]: checked.label,
    [`${ATTR_SESSION_ANNOTATION}.explanation`]: checked.comment,
    [`${ATTR_SESSION_ANNOTATION}.annotator_kind`]: by?.toUpperCase(),
  })
}

/** Who gave the feedback. An unknown source is left out, and does not become `human`. */
function checkSource(source: unknown): SessionFeedback['source'] {
  if (source === undefined || source === null) return 'human'
  return checkOneOf('session-feedback:bad-source', 'the source of feedback', source, SOURCES)
}

function empty(is: string): undefined {
  report('session-feedback:empty', () => {
    return `feedback is left out: it is ${is}; give at least one of score, label and comment`
  })
}

const withoutUndefined = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))

/** How and when a session ends, checked. */
export interface CheckedEnd {
  readonly state: SessionEndState
  readonly reason: string | undefined
  readonly time: HrTime
}

const END_FIELDS = ['state', 'reason', 'time'] satisfies (keyof SessionEnd)[]

/**
 * Checks how a session ends; undefined where the argument does not say how, which is counted: a session ends once, so it
 * stays open for the corrected call. An invalid reason or time is left out and counted. Never throws.
 *
 * @param start when the session began, where that is known; it does not end earlier
 */
export function checkEnd(end: unknown, start: HrTime | undefined): CheckedEnd | undefined {
  try {
    if (end === undefined || end === null) return checkedEnd({}, start)
    if (typeof end !== 'object') return rejectEnd(`it is ${kindOf(end)}, not an object`)
    const unknown = Object.keys(end).filter((key) => !END_FIELDS.includes(key as never))
    for (const key of unknown) reportUnknownField(key, END_FIELDS, 'the argument of end()')
    const isEmpty = unknown.length === 0 && isPlain(end)
    return isEmpty || END_FIELDS.some((field) => field in end)
      ? checkedEnd(end, start)
      : rejectEnd(`it has none of ${END_FIELDS.join(', ')}`)
  } catch {
    return rejectEnd('reading it throws')
  }
}

// Not an error, a promise without `await` or an array, also where it comes from another realm.
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function rejectEnd(why: string): undefined {
  report('session-end:unreadable', () => {
    return `end() does not end the session, because its argument is rejected: ${why}`
  })
}

function checkedEnd({ state, reason, time }: SessionEnd, start: HrTime | undefined): CheckedEnd | undefined {
  const checked = checkState(state)
  if (checked === undefined) return undefined
  const given = checkTime(time)
  if (given !== undefined && start !== undefined && isBefore(given, start)) {
    report('session-end:before-start', () => {
      return 'the time of an end is left out: it is before the start, whose time is used'
    })
  }
  return {
    state: checked,
    reason: checkText('session-end:bad-reason', 'the reason of an end', reason),
    time: notBefore(start, given ?? timeNow()),
  }
}

/** A session has no negative duration, even when the clock was set back. */
const notBefore = (start: HrTime | undefined, time: HrTime) =>
  start !== undefined && isBefore(time, start) ? start : time

function checkState(state: unknown): SessionEndState | undefined {
  if (state === undefined || state === null) return 'indeterminate'
  const known = SESSION_END_STATES.find((one) => one === state)
  if (known === undefined) {
    report('session-end:bad-state', () => {
      return `end() does not end the session, because its state is rejected: it is ${kindOf(state)}, not one of ${SESSION_END_STATES.join(', ')}`
    })
  }
  return known
}
