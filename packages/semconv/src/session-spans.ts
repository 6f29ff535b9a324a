/**
 * The names of the short root spans by which a session says something about itself, one for each kind of word.
 * Traces are what every backend takes, so every word travels as a span. `session.start` and `session.end` are the
 * names of OpenTelemetry's session events as well.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/session/
 */
export const SESSION_SPAN_NAMES = {
  /** It begins. */
  start: 'session.start',
  /** Something happened. */
  event: 'session.event',
  /** It was judged. */
  feedback: 'session.feedback',
  /** Something was measured. */
  metric: 'session.metric',
  /** Something belongs to it. */
  attachment: 'session.attachment',
  /** It is over. */
  end: 'session.end',
} as const satisfies Record<string, string>

/** One kind of word that a session says about itself. */
export type SessionSpanKind = keyof typeof SESSION_SPAN_NAMES

/** The instrumentation scope of those spans. */
export const SESSION_SPAN_SCOPE = '@otel-sessions/processor/lifecycle'

/** How a session ended, after AgentOps. A session of which nobody knows how it ended is `indeterminate`. */
export const SESSION_END_STATES = ['success', 'failure', 'indeterminate'] as const

/** How a session ended. */
export type SessionEndState = (typeof SESSION_END_STATES)[number]

/** On `session.start`: the session's name for people. A string. */
export const ATTR_SESSION_NAME = 'session.name'
/** On `session.end`: one of `SESSION_END_STATES`. */
export const ATTR_SESSION_END_STATE = 'session.end.state'
/** On `session.end`: why it ended, in words. A string. */
export const ATTR_SESSION_END_REASON = 'session.end.reason'
/** On what came after the session's end: true. */
export const ATTR_SESSION_LATE = 'session.late'

/** On `session.event`: what happened. A string. */
export const ATTR_SESSION_EVENT_NAME = 'session.event.name'
/** On `session.event`: what belongs to it, as JSON. A string. */
export const ATTR_SESSION_EVENT_DATA = 'session.event.data'

/** On `session.metric`: what was measured. A string. */
export const ATTR_SESSION_METRIC_NAME = 'session.metric.name'
/** On `session.metric`: the finite number. */
export const ATTR_SESSION_METRIC_VALUE = 'session.metric.value'

/** On `session.feedback`: what was judged. A string. */
export const ATTR_SESSION_FEEDBACK_NAME = 'session.feedback.name'
/** On `session.feedback`: the finite number. */
export const ATTR_SESSION_FEEDBACK_SCORE = 'session.feedback.score'
/** On `session.feedback`: the judgement in a word, such as `helpful`. A string. */
export const ATTR_SESSION_FEEDBACK_LABEL = 'session.feedback.label'
/** On `session.feedback`: the judgement in sentences. A string. */
export const ATTR_SESSION_FEEDBACK_COMMENT = 'session.feedback.comment'
/** On `session.feedback`: who judged, one of `human`, `llm`, `code`. */
export const ATTR_SESSION_FEEDBACK_SOURCE = 'session.feedback.source'

/** On `session.attachment`: its name. A string. */
export const ATTR_SESSION_ATTACHMENT_NAME = 'session.attachment.name'
/** On `session.attachment`: its media type, such as `image/png`. A string. */
export const ATTR_SESSION_ATTACHMENT_TYPE = 'session.attachment.type'
/** On `session.attachment`: how many bytes it has. A number. */
export const ATTR_SESSION_ATTACHMENT_SIZE = 'session.attachment.size'
/** On `session.attachment`: SHA-256 of its bytes, 64 hexadecimal digits. A string. */
export const ATTR_SESSION_ATTACHMENT_SHA256 = 'session.attachment.sha256'
/** On `session.attachment` whose content is elsewhere: where. A string. */
export const ATTR_SESSION_ATTACHMENT_URL = 'session.attachment.url'
/** On `session.attachment` whose content travels with it: all of it, in the encoding beside it. A string. */
export const ATTR_SESSION_ATTACHMENT_CONTENT = 'session.attachment.content'
/** On `session.attachment` with a content: `utf-8` for text, `base64` for everything else. */
export const ATTR_SESSION_ATTACHMENT_ENCODING = 'session.attachment.encoding'

/**
 * OpenInference's form of a judgement about a session; what follows is `.score`, `.label`, `.explanation`,
 * `.annotator_kind` (`HUMAN`, `LLM`, `CODE`) and `.name`. A span that has it is a carrier, and has `session.id`.
 *
 * @see https://github.com/Arize-ai/openinference/blob/main/spec/annotations.md
 */
export const ATTR_SESSION_ANNOTATION = 'session.annotations.0.annotation'
