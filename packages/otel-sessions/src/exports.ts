/** What applications use of the packages, on every platform. */
export {
  bindSession,
  contextWithoutSession,
  contextWithSession,
  getSession,
  type SessionInfo,
  type SessionInit,
  SessionSpanProcessor,
  type SessionSpanProcessorOptions,
  setSpanSession,
  usingSession,
} from '@otel-sessions/processor'
export { checkSessionId, createSessionId } from '@otel-sessions/semconv'
