/**
 * The backends whose own attribute keys `SessionSpanExporter` can add.
 *
 * @module
 */
export type {
  BackendIdRule,
  BackendMetadata,
  BackendName,
  BackendTags,
  SessionBackend,
} from './backend.ts'
export { BACKEND_FACTS, type BackendEvidence, type BackendFacts, type BackendField } from './facts.ts'
export { BACKENDS } from './table.ts'
