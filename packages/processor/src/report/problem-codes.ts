import type { SessionIdAdvice, SessionIdReason } from '@otel-sessions/semconv'

/** The fields that follow the rule of session IDs, as problem codes name them. */
export type IdFieldCode = 'conversation-id' | 'user-id' | 'previous-session-id'

/** The fields beside the session ID, as problem codes name them. */
export type FieldCode = IdFieldCode | 'metadata' | 'tags'

/**
 * The code of a problem: the part of the API that met it, and the reason.
 *
 * - `session-id:…`: a session ID is rejected, so there is no session
 * - `session:unreadable`: reading a `SessionInit` throws, so there is no session; `session:unknown-field`: one of its
 *   properties is ignored, mostly a spelling mistake
 * - `conversation-id:…`, `user-id:…`, `previous-session-id:…`, `metadata:…`, `tags:…`: a field is left out
 * - `attribute:…`: a `session.id` among the start attributes of a span is rejected; `attribute:truncated` and
 *   `attribute:not-kept`: a limit of the SDK truncates it, or leaves no room for it
 * - `metadata:not-read`: a span's own `metadata` is longer than 32 kB, so it is not searched for an alias
 * - `environment:…`: the session in `OTEL_SESSION_ID` is ignored
 * - `advice:…`: a session ID is valid but weak
 * - `context:…`: there is no context manager, or it does not follow promises
 * - `processor:missing`: a provider has no `SessionSpanProcessor`, so sessions do not reach its spans
 * - `packages:two-copies`: a package is loaded more than once
 * - `scope:bypassed`: a span has no session, because it did not start in the scope that was entered for its trace
 * - `scope:outlived`: a span starts in a scope whose function was over long before
 * - `langchain:background-callbacks`: a span of LangChain, or of one of its callback handlers, may have started in the
 *   context of another request
 * - `langchain:reassigned`: a span of LangChain had another request's session, and got the one that LangChain names
 * - `bind:…`: a stream or another target is not bound; `bind:lazy-not-bound`: a query builder or an Observable is not
 * - `set-span-session:…`: there is no span, it has ended, or reading it throws; `scope-wins`: a `usingSession` that was
 *   entered below the span takes precedence
 * - `attachment:rejected`, `attachment:unreadable`: an attachment is left out: it is invalid, or reading it fails;
 *   `attachment:bad-…`: one of its fields is left out; `attachment:not-sent`, `attachment:upload-failed`: its
 *   content is; `attachment:no-hash`: its SHA-256 is
 * - `idle:…`: `SessionIdle` ignores an invalid ID, forgets a session because it watches too many, or its `onExpire`
 *   fails
 * - `session-start:…`, `session-event:…`, `session-metric:…`, `session-feedback:…`, `session-trace:…`, `session-end:…`,
 *   `session-time:…`: a part of an argument of a `Session` is left out; `session-end:again`: it had ended before;
 *   `session-start:open-already`: `startSession` is called for a session that is open
 * - `session-span:no-session`: a call on a `Session` whose ID is invalid; `session-span:no-processor`: no
 *   `SessionSpanProcessor` stamps its spans; `session-span:failed`: the tracer or the logger throws;
 *   `session-span:cut-off`: an attribute is left out because it exceeds the limits of the SDK
 * - `session-open:forgotten`: too many sessions are open, so the shutdown of the provider does not end this one
 * - `signals:…`: the platform has no signals; or on a signal there is nothing to flush, or the flush fails or takes
 *   too long
 * - `span:unreadable`: a span gets no session, because reading or stamping it throws
 */
export type ProblemCode =
  | `session-id:${SessionIdReason}`
  | 'session:unreadable'
  | 'session:unknown-field'
  | `${IdFieldCode}:${SessionIdReason}`
  | `${FieldCode}:unreadable`
  | 'metadata:not-an-object'
  | 'metadata:bad-value'
  | 'metadata:too-long'
  | 'metadata:not-read'
  | 'tags:not-an-array'
  | 'tags:bad-tag'
  | 'tags:too-many'
  | `attribute:${SessionIdReason}`
  | 'attribute:truncated'
  | 'attribute:not-kept'
  | `environment:${Exclude<SessionIdReason, 'not-a-string'> | 'placeholder'}`
  | `advice:${SessionIdAdvice}`
  | 'context:no-manager'
  | 'context:lost-after-await'
  | 'processor:missing'
  | 'packages:two-copies'
  | 'scope:bypassed'
  | 'scope:outlived'
  | 'langchain:background-callbacks'
  | 'langchain:reassigned'
  | 'bind:rejected'
  | 'bind:lazy-not-bound'
  | 'bind:unknown-target'
  | 'set-span-session:no-span'
  | 'set-span-session:not-recording'
  | 'set-span-session:unreadable'
  | 'set-span-session:scope-wins'
  | 'session-start:bad-name'
  | 'session-start:same-previous'
  | 'session-start:open-already'
  | 'session-time:bad-time'
  | 'session-event:bad-name'
  | 'session-event:bad-data'
  | 'session-event:data-too-long'
  | 'session-metric:bad-name'
  | 'session-metric:bad-value'
  | 'session-feedback:unreadable'
  | 'session-feedback:bad-name'
  | 'session-feedback:bad-score'
  | 'session-feedback:bad-label'
  | 'session-feedback:bad-comment'
  | 'session-feedback:bad-source'
  | 'session-feedback:empty'
  | 'session-trace:bad-name'
  | 'session-end:unreadable'
  | 'session-end:bad-state'
  | 'session-end:bad-reason'
  | 'session-end:before-start'
  | 'session-end:again'
  | 'session-span:no-session'
  | 'session-span:no-processor'
  | 'session-span:failed'
  | 'session-open:forgotten'
  | 'span:unreadable'
  | 'attachment:rejected'
  | 'attachment:unreadable'
  | 'attachment:bad-name'
  | 'attachment:bad-type'
  | 'attachment:bad-size'
  | 'attachment:bad-sha256'
  | 'attachment:not-sent'
  | 'attachment:upload-failed'
  | 'attachment:no-hash'
  | 'session-span:cut-off'
  | 'idle:bad-id'
  | 'idle:forgotten'
  | 'idle:on-expire'
  | 'signals:no-process'
  | 'signals:no-flush'
  | 'signals:flush-failed'
  | 'signals:flush-late'
