import type { BackendName } from './backend.ts'

/**
 * How a dialect is known: `verified` against a running server; `code`, read in the source of the server or of the
 * vendor's own SDK; `documented` by the vendor; or `assumed`.
 */
export type BackendEvidence = 'verified' | 'code' | 'documented' | 'assumed'

/** What is stamped on spans without any dialect: `session.id`, `user.id`, `tag.tags` and `metadata`. */
export type BackendField = 'session' | 'user' | 'tags' | 'metadata'

/** Whom a dialect is for, and how it is known. */
export interface BackendFacts {
  /** The backends, as people call them. */
  readonly backend: string
  /** How it is known. */
  readonly evidence: BackendEvidence
  /** What was read or run, and what else one should know, in a sentence. */
  readonly source: string
  /**
   * What the backend takes from the attributes as they are stamped, so that it does not need the dialect for that.
   * What is not here is not read there, or not on every span, or not known to be.
   */
  readonly reads: readonly BackendField[]
  /**
   * Where it takes traces by OTLP over HTTP, where that is known: the full address, for the `url` of an exporter or
   * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. Hosted backends have other hosts for other regions; put your own server's
   * for `<host>` and `localhost`.
   */
  readonly endpoint?: string | undefined
  /** The headers that it is documented to want there. */
  readonly headers?: readonly string[] | undefined
  /** What it takes there, where that is known. */
  readonly contentType?: 'protobuf' | 'json' | 'both' | undefined
}

/** Whom each dialect of `SESSION_DIALECTS` is for, and how it is known. Apart from it, because programs do not need it. */
export const BACKEND_FACTS: Readonly<Record<BackendName, BackendFacts>> = /* @__PURE__ */ Object.freeze({
  otel: {
    backend: 'a collector',
    evidence: 'verified',
    source: 'OpenTelemetry semantic conventions; a Collector keeps the attributes as they are sent',
    reads: ['session', 'user', 'tags', 'metadata'],
    endpoint: 'http://localhost:4318/v1/traces',
    contentType: 'both',
  },
  openinference: {
    backend: 'Phoenix, Arize AX',
    evidence: 'verified',
    source: 'a Phoenix lists every session; of Arize AX the documentation',
    reads: ['session', 'user', 'tags', 'metadata'],
    endpoint: 'http://localhost:6006/v1/traces',
    contentType: 'protobuf',
  },
  langfuse: {
    backend: 'Langfuse',
    evidence: 'code',
    source: "the server's OTLP ingestion",
    reads: ['session', 'user', 'tags'],
    endpoint: 'https://cloud.langfuse.com/api/public/otel/v1/traces',
    headers: ['Authorization', 'x-langfuse-ingestion-version'],
    contentType: 'both',
  },
  interactiveai: {
    backend: 'InteractiveAI',
    evidence: 'assumed',
    source: "documented is the path alone, which is Langfuse's; its keys are taken to be Langfuse's, too",
    reads: [],
    endpoint: 'https://<host>/api/public/otel/v1/traces',
    headers: ['Authorization'],
    contentType: 'protobuf',
  },
  langsmith: {
    backend: 'LangSmith',
    evidence: 'documented',
    source: 'its documentation of threads; `langsmith.trace.session_id` is the project, and is not written',
    reads: ['metadata'],
    endpoint: 'https://api.smith.langchain.com/otel/v1/traces',
    headers: ['x-api-key', 'Langsmith-Project'],
  },
  traceloop: {
    backend: 'Traceloop',
    evidence: 'code',
    source: "what Traceloop's own JavaScript SDK writes",
    reads: [],
    endpoint: 'https://api.traceloop.com/v1/traces',
    headers: ['Authorization'],
  },
  honeyhive: {
    backend: 'HoneyHive',
    evidence: 'documented',
    source: 'its documentation; its own IDs are UUIDs, so give it UUIDs',
    reads: ['session'],
    endpoint: 'https://<host>/opentelemetry/v1/traces',
    headers: ['Authorization'],
  },
  datadog: {
    backend: 'Datadog',
    evidence: 'documented',
    source: 'its documentation; `session.id`, user and tags are read on OpenInference spans only',
    reads: [],
    endpoint: 'https://otlp.datadoghq.com/v1/traces',
    headers: ['dd-api-key', 'dd-otlp-source'],
    contentType: 'protobuf',
  },
  sentry: {
    backend: 'Sentry',
    evidence: 'documented',
    source: 'its documentation of conversations; `session.id` is not used for them',
    reads: ['user'],
    endpoint: 'https://<host>/api/<project>/integration/otlp/v1/traces',
    headers: ['x-sentry-auth'],
  },
  mlflow: {
    backend: 'MLflow',
    evidence: 'verified',
    source: 'an MLflow 3.17.2 shows the session and the user of every trace',
    reads: ['session', 'user'],
    endpoint: 'http://localhost:5000/v1/traces',
    headers: ['x-mlflow-experiment-id'],
    contentType: 'both',
  },
  opik: {
    backend: 'Opik',
    evidence: 'code',
    source: "the server's mapping rules; a span with another conversation ID may be filed under that",
    reads: ['session'],
    endpoint: 'https://www.comet.com/opik/api/v1/private/otel/v1/traces',
    headers: ['Authorization', 'Comet-Workspace', 'projectName'],
  },
  weave: {
    backend: 'W&B Weave',
    evidence: 'code',
    source:
      "the server's OTLP mapping; the project is a resource attribute there; `gcp.vertex.agent.session_id`, which Google's ADK writes, goes before ours",
    reads: [],
    endpoint: 'https://trace.wandb.ai/otel/v1/traces',
    headers: ['wandb-api-key'],
    contentType: 'protobuf',
  },
  laminar: {
    backend: 'Laminar',
    evidence: 'code',
    source: "the server's span ingestion",
    reads: [],
    endpoint: 'https://api.lmnr.ai/v1/traces',
    headers: ['Authorization'],
  },
  posthog: {
    backend: 'PostHog',
    evidence: 'code',
    source: 'its server and documentation; the user is a resource attribute there, `posthog.distinct_id`',
    reads: [],
    endpoint: 'https://us.i.posthog.com/i/v0/ai/otel',
    headers: ['Authorization'],
  },
  braintrust: {
    backend: 'Braintrust',
    evidence: 'documented',
    source: 'its specification; it has no sessions, `session.id` becomes a key of the metadata',
    reads: [],
    endpoint: 'https://api.braintrust.dev/otel/v1/traces',
    headers: ['Authorization', 'x-bt-parent'],
  },
  confident: {
    backend: 'Confident AI',
    evidence: 'code',
    source: "DeepEval's own OpenTelemetry exporter",
    reads: [],
  },
  respan: {
    backend: 'Respan',
    evidence: 'code',
    source: "the constants of the vendor's SDK",
    reads: [],
  },
  galileo: {
    backend: 'Galileo',
    evidence: 'code',
    source: "the vendor's SDK; its own IDs are UUIDs, so give it UUIDs",
    reads: [],
  },
  langwatch: {
    backend: 'LangWatch',
    evidence: 'code',
    source: "the server's attribute mapping",
    reads: ['session', 'user', 'tags'],
    endpoint: 'https://app.langwatch.ai/api/otel/v1/traces',
    headers: ['Authorization'],
  },
  agentops: {
    backend: 'AgentOps',
    evidence: 'code',
    source: 'its server; a session is a trace there, so say yours as a tag (`session:user_123`)',
    reads: [],
  },
  azure: {
    backend: 'Azure Monitor',
    evidence: 'code',
    source:
      "Azure's exporters: the user in JavaScript, the session in Java; JavaScript keeps it as a dimension",
    reads: [],
  },
  agentcore: {
    backend: 'AWS AgentCore',
    evidence: 'documented',
    source: "AWS's tutorials",
    reads: ['session'],
  },
  maxim: {
    backend: 'Maxim',
    evidence: 'assumed',
    source: "documented is the endpoint alone; the keys are OpenTelemetry's, the ID rule is its SDK's",
    reads: [],
    endpoint: 'https://api.getmaxim.ai/v1/otel',
    headers: ['x-maxim-api-key', 'x-maxim-repo-id'],
    contentType: 'both',
  },
} as const)
