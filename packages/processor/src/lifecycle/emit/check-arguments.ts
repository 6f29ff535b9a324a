import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_SESSION_ANNOTATION,
  ATTR_SESSION_FEEDBACK_COMMENT,
  ATTR_SESSION_FEEDBACK_LABEL,
  ATTR_SESSION_FEEDBACK_NAME,
  ATTR_SESSION_FEEDBACK_SCORE,
  ATTR_SESSION_FEEDBACK_SOURCE,
} from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import type { SessionFeedback } from '../types.ts'
import { checkFinite, checkText, NAME_MAX_LENGTH } from './check-values.ts'

const SOURCES = ['human', 'llm', 'code'] as const

/**
 * A judgement as attributes, in our words and in OpenInference's; undefined where no score, label or comment is
 * left. What is wrong in it is left out and counted. Never throws.
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
        : checkFinite('session-feedback:bad-score', 'the score of a feedback', score),
    label: checkText('session-feedback:bad-label', 'the label of a feedback', label, NAME_MAX_LENGTH),
    comment: checkText('session-feedback:bad-comment', 'the comment of a feedback', comment),
  }
  const judged =
    checkText('session-feedback:bad-name', 'the name of a feedback', name, NAME_MAX_LENGTH) ?? 'feedback'
  const by = checkSource(source)
  if (checked.score === undefined && checked.label === undefined && checked.comment === undefined)
    return empty('without any of them')
  return present({
    [ATTR_SESSION_FEEDBACK_NAME]: judged,
    [ATTR_SESSION_FEEDBACK_SCORE]: checked.score,
    [ATTR_SESSION_FEEDBACK_LABEL]: checked.label,
    [ATTR_SESSION_FEEDBACK_COMMENT]: checked.comment,
    [ATTR_SESSION_FEEDBACK_SOURCE]: by,
    [`${ATTR_SESSION_ANNOTATION}.name`]: judged,
    [`${ATTR_SESSION_ANNOTATION}.score`]: checked.score,
    [`${ATTR_SESSION_ANNOTATION}.label`]: checked.label,
    [`${ATTR_SESSION_ANNOTATION}.explanation`]: checked.comment,
    [`${ATTR_SESSION_ANNOTATION}.annotator_kind`]: by?.toUpperCase(),
  })
}

/** Who judged. A source that is none of them is not taken for a human: then nobody is named. */
function checkSource(source: unknown): SessionFeedback['source'] {
  if (source === undefined || source === null) return 'human'
  const known = SOURCES.find((one) => one === source)
  if (known !== undefined) return known
  report('session-feedback:bad-source', () => {
    return `the source of a feedback is left out: it is ${kindOf(source)}, not one of ${SOURCES.join(', ')}`
  })
  return undefined
}

function empty(is: string): undefined {
  report('session-feedback:empty', () => {
    return `feedback is left out: at least one of score, label and comment is needed, it is ${is}`
  })
}

const present = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
