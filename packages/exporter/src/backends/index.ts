/**
 * The backends whose own attribute keys `SessionSpanExporter` can write.
 *
 * - `llm/` and `general/`: one file a backend, with its keys and what is known of it; `all.ts` lists them
 * - `define.ts`: `defineBackend`, which checks a backend of your own
 * - `mapper.ts`: writes the keys; it uses `plan.ts` (which backend writes which key) and `metadata.ts`
 *
 * A backend value carries the function that makes the mapper, so the exporter's main entry imports none of this.
 *
 * @module
 */
export { BACKEND_FACTS, BACKENDS, type BackendName } from './all.ts'
export type {
  BackendDefinition,
  BackendEvidence,
  BackendFacts,
  BackendField,
  BackendIdRule,
  BackendMetadata,
  BackendTags,
  SessionBackend,
} from './backend.ts'
export { defineBackend } from './define.ts'
export { agentcore } from './general/agentcore.ts'
export { azure } from './general/azure.ts'
export { datadog } from './general/datadog.ts'
export { mlflow } from './general/mlflow.ts'
export { openinference } from './general/openinference.ts'
export { otel } from './general/otel.ts'
export { posthog } from './general/posthog.ts'
export { sentry } from './general/sentry.ts'
export { traceloop } from './general/traceloop.ts'
export { agentops } from './llm/agentops.ts'
export { braintrust } from './llm/braintrust.ts'
export { confident } from './llm/confident.ts'
export { galileo } from './llm/galileo.ts'
export { honeyhive } from './llm/honeyhive.ts'
export { interactiveai } from './llm/interactiveai.ts'
export { laminar } from './llm/laminar.ts'
export { langfuse } from './llm/langfuse.ts'
export { langsmith } from './llm/langsmith.ts'
export { langwatch } from './llm/langwatch.ts'
export { maxim } from './llm/maxim.ts'
export { opik } from './llm/opik.ts'
export { respan } from './llm/respan.ts'
export { weave } from './llm/weave.ts'
