/** What writes the keys that begin with a text. The first that fits counts. */
const SOURCES: readonly (readonly [start: string, source: string])[] = [
  ['session.id', 'OpenTelemetry, OpenInference'],
  ['gen_ai.conversation.id', 'OpenTelemetry GenAI'],
  ['gen_ai.session.id', 'GenAI instrumentations before gen_ai.conversation.id'],
  ['langfuse', 'Langfuse'],
  ['langsmith.', 'LangSmith'],
  ['traceloop.', 'Traceloop OpenLLMetry'],
  ['lmnr.', 'Laminar'],
  ['honeyhive.', 'HoneyHive'],
  ['langwatch.', 'LangWatch'],
  ['wandb.', 'W&B Weave'],
  ['galileo.', 'Galileo'],
  ['$ai_session_id', 'PostHog'],
  ['ai.telemetry.', 'AI SDK up to 6'],
  ['ai.settings.', 'AI SDK 7'],
  ['mastra.', 'Mastra'],
  ['gcp.vertex.agent.', 'Google ADK'],
  ['spring.ai.', 'Spring AI'],
  ['microsoft.', 'Microsoft'],
  ['eve.', 'Eve'],
  ['session_id', 'names without a prefix; Traceloop (Python)'],
  ['conversation_id', 'names without a prefix; Traceloop (Python)'],
  ['chat_id', 'names without a prefix; Traceloop (Python)'],
  ['thread_id', 'names without a prefix; Traceloop (Python)'],
]

/** What writes an attribute of the alias table. @throws Error for one without an entry */
export function aliasSource(key: string, place: 'attribute' | 'metadata-json' | undefined): string {
  if (place === 'metadata-json') return 'OpenInference (LangChain)'
  if (key.startsWith('metadata.')) return 'OpenInference (AI SDK), flattened'
  const source = SOURCES.find(([start]) => key.startsWith(start))?.[1]
  if (source === undefined) throw new Error(`nothing is known to write ${key}`)
  return source
}
