/**
 * The session as an object: start, events, feedback, attachments, end. It is optional: grouping spans by session
 * never needs it.
 *
 * - `start-session.ts`, `session-object.ts`: what applications call. `session-state.ts` is what an object knows
 * - `open-sessions.ts`, `end-session.ts`: which sessions of this process are open, and how they end
 * - `emit/`: session spans (`session.start`, …) and log events, and the checks of what is in them
 * - `attachments/`: reads what is attached, and makes attributes of it
 * - `traces/`: `session.trace`, whose root span ends with its work
 * - `idle/`, `signals/`: sessions that end because they are silent or old, or because a signal ends the process
 *
 * Calls run from the object into the folders, from them to `emit/`, and from there to `open-sessions.ts`.
 *
 * @module
 */
export type {
  AddressLike,
  AttachedData,
  AttachedFile,
  AttachedUrl,
  AttachmentInput,
  BlobLike,
} from './attachments/input.ts'
export type { AttachmentOptions, LargeAttachment, UploadedTo } from './attachments/options.ts'
export type { ExpiryReason, SessionIdleOptions } from './idle/options.ts'
export { SessionIdle } from './idle/session-idle.ts'
export type {
  SessionLogger,
  SessionLoggerProvider,
  SessionLogRecord,
  SessionOptions,
} from './session-options.ts'
export { endSessionsOnSignals } from './signals/end-on-signals.ts'
export type { EndSessionsOnSignalsOptions, Flushable } from './signals/options.ts'
export { resumeSession, startSession } from './start-session.ts'
export type {
  Session,
  SessionEnd,
  SessionEnded,
  SessionFeedback,
  SessionResume,
  SessionStart,
} from './types.ts'
