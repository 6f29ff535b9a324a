/**
 * The names of session spans: short root spans that the session object emits, one name for each kind. They are spans
 * because every backend accepts traces. OpenTelemetry has session events named `session.start` and `session.end` too.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/session/
 */
export const SESSION_SPAN_NAMES = {
  /** The session starts. */
  start: 'session.start',
  /** Something happened in the session. */
  event: 'session.event',
  /** The session was rated. */
  feedback: 'session.feedback',
  /** A number was measured. */
  metric: 'session.metric',
  /** A file or a link was attached. */
  attachment: 'session.attachment',
  /** The session ends. */
  end: 'session.end',
} as const satisfies Record<string, string>

/** The kind of a session span. */
export type SessionSpanKind = keyof typeof SESSION_SPAN_NAMES

/** The instrumentation scope of session spans. */
export const SESSION_SPAN_SCOPE = '@otel-sessions/processor/lifecycle'

/** The end states of a session, as in AgentOps. `indeterminate` means that the outcome is unknown. */
export const SESSION_END_STATES = ['success', 'failure', 'indeterminate'] as const

/** The end state of a session. */
export type SessionEndState = (typeof SESSION_END_STATES)[number]

/** On `session.start`: a readable name of the session. A string. */
export const ATTR_SESSION_NAME = 'session.name'
/** On `session.end`: one of `SESSION_END_STATES`. */
export const ATTR_SESSION_END_STATE = 'session.end.state'
/** On `session.end`: why the session ended. A string. */
export const ATTR_SESSION_END_REASON = 'session.end.reason'
/** `true` on a session span that follows the session's end. */
export const ATTR_SESSION_LATE = 'session.late'

/** On `session.event`: what happened. A string. */
export const ATTR_SESSION_EVENT_NAME = 'session.event.name'
/** On `session.event`: the event's data as JSON. A string. */
export const ATTR_SESSION_EVENT_DATA = 'session.event.data'

/** On `session.metric`: what was measured. A string. */
export const ATTR_SESSION_METRIC_NAME = 'session.metric.name'
/** On `session.metric`: the measured value. A finite number. */
export const ATTR_SESSION_METRIC_VALUE = 'session.metric.value'

/** On `session.feedback`: what was rated. A string. */
export const ATTR_SESSION_FEEDBACK_NAME = 'session.feedback.name'
/** On `session.feedback`: the rating as a finite number. */
export const ATTR_SESSION_FEEDBACK_SCORE = 'session.feedback.score'
/** On `session.feedback`: the rating as a label, such as `helpful`. A string. */
export const ATTR_SESSION_FEEDBACK_LABEL = 'session.feedback.label'
/** On `session.feedback`: free text. A string. */
export const ATTR_SESSION_FEEDBACK_COMMENT = 'session.feedback.comment'
/** On `session.feedback`: who rated, one of `human`, `llm`, `code`. */
export const ATTR_SESSION_FEEDBACK_SOURCE = 'session.feedback.source'

/** On `session.attachment`: its name. A string. */
export const ATTR_SESSION_ATTACHMENT_NAME = 'session.attachment.name'
/** On `session.attachment`: its media type, such as `image/png`. A string. */
export const ATTR_SESSION_ATTACHMENT_TYPE = 'session.attachment.type'
/** On `session.attachment`: its size in bytes. A number. */
export const ATTR_SESSION_ATTACHMENT_SIZE = 'session.attachment.size'
/** On `session.attachment`: the SHA-256 of its bytes, as 64 hexadecimal digits. A string. */
export const ATTR_SESSION_ATTACHMENT_SHA256 = 'session.attachment.sha256'
/** On `session.attachment`: the URL of content that is stored elsewhere. A string. */
export const ATTR_SESSION_ATTACHMENT_URL = 'session.attachment.url'
/** On `session.attachment`: the whole content, where it travels with the span. A string. */
export const ATTR_SESSION_ATTACHMENT_CONTENT = 'session.attachment.content'
/** On `session.attachment`: the encoding of that content, `utf-8` for text and `base64` for everything else. */
export const ATTR_SESSION_ATTACHMENT_ENCODING = 'session.attachment.encoding'

/**
 * The prefix of OpenInference's annotation of a session, followed by `.score`, `.label`, `.explanation`,
 * `.annotator_kind` (`HUMAN`, `LLM`, `CODE`) or `.name`. The span that carries it has `session.id`.
 *
 * @see https://github.com/Arize-ai/openinference/blob/main/spec/annotations.md
 */
export const ATTR_SESSION_ANNOTATION = 'session.annotations.0.annotation'
