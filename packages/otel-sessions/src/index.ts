/**
 * One install and one import for applications: sessions on every span, delivered, with one line for each framework.
 *
 * @module
 */

export {
  PersistentBatchSpanProcessor,
  type PersistentBatchSpanProcessorOptions,
} from '@otel-sessions/exporter/persistent'
export { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
export * from './exports.ts'
export type { InstrumentationLike } from './register-sessions/instrumentations/instrumentation.ts'
export type { RegisterSessionsOptions } from './register-sessions/options.ts'
export { registerSessions } from './register-sessions/register-sessions.ts'
export type {
  RegisteredSessions,
  RegisteredSessionsStats,
  SessionsTracerProvider,
} from './register-sessions/telemetry.ts'
