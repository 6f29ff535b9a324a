import type { SpanUsage, UsageSpan } from './usage.ts'

const num = (v: unknown): number | undefined => (typeof v === 'number' ? v : undefined)
export function readSpanUsage(span: UsageSpan): SpanUsage {
  const a = span.attributes
  const op = a['gen_ai.operation.name']
  const input = num(a['gen_ai.usage.input_tokens'])
  const output = num(a['gen_ai.usage.output_tokens'])
  const str = (k: string) => (typeof a[k] === 'string' ? (a[k] as string) : undefined)
  return {
    kind:
      op === 'chat'
        ? 'llm'
        : op === 'execute_tool'
          ? 'tool'
          : op === 'invoke_agent'
            ? 'agent'
            : op === 'embeddings'
              ? 'embedding'
              : 'other',
    model: str('gen_ai.request.model'),
    provider: str('gen_ai.provider.name'),
    inputTokens: input,
    outputTokens: output,
    totalTokens: input !== undefined && output !== undefined ? input + output : undefined,
    cachedInputTokens: undefined,
    reasoningTokens: undefined,
    cost: undefined,
    error: span.status?.code === 2,
    userId: str('user.id'),
    tags: Array.isArray(a['tag.tags']) ? (a['tag.tags'] as string[]) : undefined,
    environment: str('deployment.environment.name'),
    ignored: 0,
  }
}
