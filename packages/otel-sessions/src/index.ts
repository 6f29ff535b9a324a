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
