/**
 * The session as an object: begin, feedback, end. Optional, and on top: grouping never needs it.
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
} from './attachment-input.ts'
export type { AttachmentOptions, LargeAttachment, UploadedTo } from './attachment-settings.ts'
export { SessionIdle } from './idle.ts'
export type { ExpiryReason, SessionIdleOptions } from './idle-options.ts'
export { lifecycleStats, type SessionLifecycleStats } from './lifecycle-stats.ts'
export type {
  SessionLogger,
  SessionLoggerProvider,
  SessionLogRecord,
  SessionOptions,
} from './session-options.ts'
export type { EndSessionsOnSignalsOptions, Flushable } from './signal-options.ts'
export { endSessionsOnSignals } from './signals.ts'
export { resumeSession, startSession } from './start-session.ts'
export type { Session, SessionEnd, SessionEnded, SessionFeedback, SessionStart } from './types.ts'
