/**
 * `usingSession`, and the SpanProcessor that stamps its session on every span.
 *
 * - `scope/`: what `usingSession` sets, checked, and how a context carries it; begin with `using-session.ts`
 * - `rules/`: which session a span gets, at its start and at its end; begin with `start-rules.ts`
 * - `binding/`: functions, streams and emitters that run later, in their session; begin with `bind-session.ts`
 * - `langchain/`: LangChain's callbacks keep their context; the processor and an entry point of its own call it
 * - `report/`: what is counted and logged, by problem code; begin with `report.ts`
 * - `processor.ts`, with `options.ts` and `stats.ts`: what the SDK calls; it runs the rules
 * - `lifecycle/`: the session as an object, an entry point of its own
 *
 * Scopes and the processor meet in the context: `usingSession` puts a scope there, and the rules read it when a span
 * starts. The processor and the exporter meet in the record on the span (`rules/make-record.ts`).
 *
 * @module
 */
export { type BindableTarget, bindSession } from './binding/bind-session.ts'
export { getSession, type SessionInfo } from './get-session.ts'
export type { SessionSpanProcessorOptions } from './options.ts'
export { SessionSpanProcessor } from './processor.ts'
export type { FieldCode, IdFieldCode, ProblemCode } from './report/problem-codes.ts'
export { type ProcessStats, processStats, type SessionCounts } from './report/process-stats.ts'
export type { ProblemCounts } from './report/report.ts'
export { setSpanSession } from './rules/set-span-session.ts'
export type { EndedSpan, StampableSpan } from './rules/stamp.ts'
export type { MetadataValue, SessionInit } from './scope/session-init.ts'
export { contextWithoutSession, contextWithSession, usingSession } from './scope/using-session.ts'
export type { SessionProcessorStats } from './stats.ts'
