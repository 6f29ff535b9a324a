/**
 * `SessionSpanExporter`, which validates the sessions of spans in front of any span exporter.
 *
 * - `exporter.ts`: the exporter around a delegate; `delegate-calls.ts`: one call of the delegate
 * - `validation/`: the decision about a span, and `SpanValidation`, which applies it to batches
 * - `backends/` and `backfill/`: entry points of their own; their values carry the code that validation calls
 * - `persistent/`: an entry point of its own, delivery with a journal; it uses validation directly
 *
 * @module
 */
export type { BackendProblem, SessionBackend } from './backends/backend.ts'
export type { FailureReason } from './delegate-calls.ts'
export {
  type SessionExporterStats,
  SessionSpanExporter,
  type SessionSpanExporterOptions,
} from './exporter.ts'
export type { ExportableSpan, ExportResult, SpanExporterLike } from './span-types.ts'
export type { Backfill } from './validation/backfill-contract.ts'
export type { DropReason } from './validation/decide.ts'
export type { OnInvalid, ValidationOptions } from './validation/options.ts'
export type { NotBackfilledReason, ValidationStats } from './validation/stats.ts'
