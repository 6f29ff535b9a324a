import type { BackendFacts, SessionBackend } from './backend.ts'
import { agentcore, agentcoreFacts } from './general/agentcore.ts'
import { azure, azureFacts } from './general/azure.ts'
import { datadog, datadogFacts } from './general/datadog.ts'
import { mlflow, mlflowFacts } from './general/mlflow.ts'
import { openinference, openinferenceFacts } from './general/openinference.ts'
import { otel, otelFacts } from './general/otel.ts'
import { posthog, posthogFacts } from './general/posthog.ts'
import { sentry, sentryFacts } from './general/sentry.ts'
import { traceloop, traceloopFacts } from './general/traceloop.ts'
import { agentops, agentopsFacts } from './llm/agentops.ts'
import { braintrust, braintrustFacts } from './llm/braintrust.ts'
import { confident, confidentFacts } from './llm/confident.ts'
import { galileo, galileoFacts } from './llm/galileo.ts'
import { honeyhive, honeyhiveFacts } from './llm/honeyhive.ts'
import { interactiveai, interactiveaiFacts } from './llm/interactiveai.ts'
import { laminar, laminarFacts } from './llm/laminar.ts'
import { langfuse, langfuseFacts } from './llm/langfuse.ts'
import { langsmith, langsmithFacts } from './llm/langsmith.ts'
import { langwatch, langwatchFacts } from './llm/langwatch.ts'
import { maxim, maximFacts } from './llm/maxim.ts'
import { opik, opikFacts } from './llm/opik.ts'
import { respan, respanFacts } from './llm/respan.ts'
import { weave, weaveFacts } from './llm/weave.ts'

/** The name of a backend of `BACKENDS`. */
export type BackendName =
  | 'otel'
  | 'openinference'
  | 'langfuse'
  | 'interactiveai'
  | 'langsmith'
  | 'traceloop'
  | 'honeyhive'
  | 'datadog'
  | 'sentry'
  | 'mlflow'
  | 'opik'
  | 'weave'
  | 'laminar'
  | 'posthog'
  | 'braintrust'
  | 'confident'
  | 'respan'
  | 'galileo'
  | 'langwatch'
  | 'agentops'
  | 'azure'
  | 'agentcore'
  | 'maxim'

/**
 * All known backends, by name, in the order of the documentation. An exporter needs only those that it names: import
 * them one by one, so that the others are not bundled.
 */
export const BACKENDS: Readonly<Record<BackendName, SessionBackend>> = /* @__PURE__ */ Object.freeze({
  otel,
  openinference,
  langfuse,
  interactiveai,
  langsmith,
  traceloop,
  honeyhive,
  datadog,
  sentry,
  mlflow,
  opik,
  weave,
  laminar,
  posthog,
  braintrust,
  confident,
  respan,
  galileo,
  langwatch,
  agentops,
  azure,
  agentcore,
  maxim,
})

/** What is known of each backend, and how. */
export const BACKEND_FACTS: Readonly<Record<BackendName, BackendFacts>> = /* @__PURE__ */ Object.freeze({
  otel: otelFacts,
  openinference: openinferenceFacts,
  langfuse: langfuseFacts,
  interactiveai: interactiveaiFacts,
  langsmith: langsmithFacts,
  traceloop: traceloopFacts,
  honeyhive: honeyhiveFacts,
  datadog: datadogFacts,
  sentry: sentryFacts,
  mlflow: mlflowFacts,
  opik: opikFacts,
  weave: weaveFacts,
  laminar: laminarFacts,
  posthog: posthogFacts,
  braintrust: braintrustFacts,
  confident: confidentFacts,
  respan: respanFacts,
  galileo: galileoFacts,
  langwatch: langwatchFacts,
  agentops: agentopsFacts,
  azure: azureFacts,
  agentcore: agentcoreFacts,
  maxim: maximFacts,
})
