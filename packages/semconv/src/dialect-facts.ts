import type { DialectName } from './dialect.ts'

/**
 * How a dialect is known: `verified` against a running server; `code`, read in the source of the server or of the
 * vendor's own SDK; `documented` by the vendor; or `assumed`.
 */
export type DialectEvidence = 'verified' | 'code' | 'documented' | 'assumed'

/** Whom a dialect is for, and how it is known. */
export interface DialectFacts {
  /** The backends, as people call them. */
  readonly backend: string
  /** How it is known. */
  readonly evidence: DialectEvidence
  /** What was read or run, and what else one should know, in a sentence. */
  readonly source: string
  /** Where it takes traces by OTLP over HTTP, where that is known: an address, or the path at your server. */
  readonly endpoint?: string | undefined
  /** What it takes there, where that is known. */
  readonly contentType?: 'protobuf' | 'json' | 'both' | undefined
}

/** Whom each dialect of `SESSION_DIALECTS` is for, and how it is known. Apart from it, because programs do not need it. */
export const SESSION_DIALECT_FACTS: Readonly<Record<DialectName, DialectFacts>> =
  /* @__PURE__ */ Object.freeze({
    otel: {
      backend: 'a collector',
      evidence: 'verified',
      source: 'OpenTelemetry semantic conventions; a Collector keeps the attributes as they are sent',
      endpoint: 'http://localhost:4318/v1/traces',
      contentType: 'both',
    },
    openinference: {
      backend: 'Phoenix, Arize AX',
      evidence: 'verified',
      source: 'a Phoenix lists every session; of Arize AX the documentation',
      endpoint: 'http://localhost:6006/v1/traces',
      contentType: 'protobuf',
    },
    langfuse: {
      backend: 'Langfuse',
      evidence: 'code',
      source: "the server's OTLP ingestion",
      endpoint: 'https://cloud.langfuse.com/api/public/otel/v1/traces',
    },
    interactiveai: {
      backend: 'InteractiveAI',
      evidence: 'assumed',
      source: "documented is the path alone, which is Langfuse's; its keys are taken to be Langfuse's, too",
      endpoint: '/api/public/otel/v1/traces',
      contentType: 'protobuf',
    },
    langsmith: {
      backend: 'LangSmith',
      evidence: 'documented',
      source: 'its documentation of threads; `langsmith.trace.session_id` is the project, and is not written',
    },
    traceloop: {
      backend: 'Traceloop',
      evidence: 'code',
      source: "what Traceloop's own JavaScript SDK writes",
    },
    honeyhive: {
      backend: 'HoneyHive',
      evidence: 'documented',
      source: 'its documentation; its own IDs are UUIDs, so give it UUIDs',
    },
    datadog: {
      backend: 'Datadog',
      evidence: 'documented',
      source: 'its documentation; user and tags are read on OpenInference spans only',
    },
    sentry: {
      backend: 'Sentry',
      evidence: 'documented',
      source: 'its documentation of conversations; `session.id` is not used for them',
    },
    mlflow: {
      backend: 'MLflow',
      evidence: 'verified',
      source: 'an MLflow 3.17.2 shows the session and the user of every trace',
      endpoint: 'http://localhost:5000/v1/traces',
      contentType: 'both',
    },
    opik: {
      backend: 'Opik',
      evidence: 'code',
      source: "the server's mapping rules; a span with another conversation ID may be filed under that",
    },
    weave: {
      backend: 'W&B Weave',
      evidence: 'code',
      source:
        "the server's OTLP mapping; `gcp.vertex.agent.session_id`, which Google's ADK writes, goes before ours",
    },
    laminar: {
      backend: 'Laminar',
      evidence: 'code',
      source: "the server's span ingestion",
    },
    posthog: {
      backend: 'PostHog',
      evidence: 'code',
      source: 'its server and documentation; the user is a resource attribute there, `posthog.distinct_id`',
    },
    braintrust: {
      backend: 'Braintrust',
      evidence: 'documented',
      source: 'its specification; it has no sessions, `session.id` becomes a key of the metadata',
    },
    confident: {
      backend: 'Confident AI',
      evidence: 'code',
      source: "DeepEval's own OpenTelemetry exporter",
    },
    respan: {
      backend: 'Respan',
      evidence: 'code',
      source: "the constants of the vendor's SDK",
    },
    galileo: {
      backend: 'Galileo',
      evidence: 'code',
      source: "the vendor's SDK; its own IDs are UUIDs, so give it UUIDs",
    },
    langwatch: {
      backend: 'LangWatch',
      evidence: 'code',
      source: "the server's attribute mapping",
    },
    agentops: {
      backend: 'AgentOps',
      evidence: 'code',
      source: 'its server; a session is a trace there, so say yours as a tag (`session:user_123`)',
    },
    azure: {
      backend: 'Azure Monitor',
      evidence: 'code',
      source:
        "Azure's exporters: the user in JavaScript, the session in Java; JavaScript keeps it as a dimension",
    },
    agentcore: {
      backend: 'AWS AgentCore',
      evidence: 'documented',
      source: "AWS's tutorials",
    },
    maxim: {
      backend: 'Maxim',
      evidence: 'assumed',
      source: "documented is the endpoint alone; the keys are OpenTelemetry's, the ID rule is its SDK's",
      endpoint: 'https://api.getmaxim.ai/v1/otel',
      contentType: 'both',
    },
  } as const)
