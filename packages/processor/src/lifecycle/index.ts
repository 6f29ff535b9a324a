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
} from './attachments/input.ts'
export type { AttachmentOptions, LargeAttachment, UploadedTo } from './attachments/options.ts'
export type { ExpiryReason, SessionIdleOptions } from './idle/options.ts'
export { SessionIdle } from './idle/session-idle.ts'
export { lifecycleStats, type SessionLifecycleStats } from './lifecycle-stats.ts'
export type {
  SessionLogger,
  SessionLoggerProvider,
  SessionLogRecord,
  SessionOptions,
} from './session-options.ts'
export { endSessionsOnSignals } from './signals/end-on-signals.ts'
export type { EndSessionsOnSignalsOptions, Flushable } from './signals/options.ts'
export { resumeSession, startSession } from './start-session.ts'
export type { Session, SessionEnd, SessionEnded, SessionFeedback, SessionStart } from './types.ts'
