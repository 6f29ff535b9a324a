import type { Attributes, MeterProvider } from '@opentelemetry/api'
import type { SessionTotals } from './totals/session-totals.ts'

/** The number of models that an instance uses as attribute values; further ones become `other`. */
const MODELS_MAX = 50
const OTHER_MODEL = 'other'

const SECONDS = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 14_400, 43_200, 86_400]
const TOKENS = [1, 100, 1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000, 4_000_000, 16_000_000]
const DOLLARS = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 50, 100]
const COUNTS = [0, 1, 2, 3, 5, 10, 20, 50, 100, 500]

const boundaries = (explicitBucketBoundaries: number[]) => ({ advice: { explicitBucketBoundaries } })

/**
 * Creates the metrics of sessions. Each is recorded once for a session: at its first end, or when it is removed without
 * one. Attributes have a low cardinality and never contain an ID, a user or a tag.
 *
 * @returns a function that records a session
 */
export function sessionMetrics(provider: MeterProvider): (totals: SessionTotals) => void {
  const meter = provider.getMeter('@otel-sessions/analytics')
  const duration = meter.createHistogram('session.duration', {
    description: 'From the first to the last span of a session',
    unit: 's',
    ...boundaries(SECONDS),
  })
  const tokens = meter.createHistogram('session.tokens', {
    description: 'Tokens of a session, by type and model',
    unit: '{token}',
    ...boundaries(TOKENS),
  })
  const cost = meter.createHistogram('session.cost', {
    description: 'Cost of a session, if it is known, without the calls in session.calls_without_usage',
    unit: '{USD}',
    ...boundaries(DOLLARS),
  })
  const counts = {
    traces: meter.createHistogram('session.traces', {
      description: 'Traces of a session',
      unit: '{trace}',
      ...boundaries(COUNTS),
    }),
    llmCalls: meter.createHistogram('session.llm_calls', {
      description: 'LLM calls of a session',
      unit: '{call}',
      ...boundaries(COUNTS),
    }),
    callsWithoutUsage: meter.createHistogram('session.calls_without_usage', {
      description: 'LLM calls and embeddings of a session whose usage nothing reports',
      unit: '{call}',
      ...boundaries(COUNTS),
    }),
    errors: meter.createHistogram('session.errors', {
      description: 'Spans of a session whose status is ERROR',
      unit: '{span}',
      ...boundaries(COUNTS),
    }),
  }
  const models = new Set<string>()
  const modelAttribute = (model: string | undefined): Attributes => {
    if (model === undefined) return {}
    if (models.size < MODELS_MAX) models.add(model)
    return { 'gen_ai.request.model': models.has(model) ? model : OTHER_MODEL }
  }
  return (totals) => {
    const end: Attributes = { 'session.end.state': totals.end?.state ?? 'none' }
    duration.record(totals.durationMillis / 1000, end)
    for (const name of ['traces', 'llmCalls', 'callsWithoutUsage', 'errors'] as const)
      counts[name].record(totals[name], end)
    if (totals.cost !== undefined) cost.record(totals.cost.total, end)
    const others = totals.otherModels === undefined ? [] : [{ ...totals.otherModels, model: OTHER_MODEL }]
    for (const { model, tokens: used } of [...totals.models, ...others]) {
      for (const type of ['input', 'output'] as const) {
        tokens.record(used[type], { ...end, ...modelAttribute(model), 'gen_ai.token.type': type })
      }
    }
  }
}
