/** OpenAI's chat completions, plain and streamed, from a model that follows fixed rules. */

interface ChatMessage {
  role: string
  content?: string | null | { text?: string }[]
}

export interface ChatRequest {
  model: string
  messages: ChatMessage[]
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  tools?: { function: { name: string } }[]
}

type Thought = { text: string } | { tool: string; order: string }

/** The order that the conversation is about: the last one mentioned. */
export function orderOf(messages: ChatMessage[]): string | undefined {
  return messages
    .map(textOf)
    .join('\n')
    .match(/\b[A-Z]-\d{4}\b/g)
    ?.at(-1)
}

export function think({ messages, tools }: ChatRequest): Thought {
  const last = messages.at(-1)
  const order = orderOf(messages) ?? 'unknown'
  const text = last ? textOf(last) : ''
  const tool = tools?.[0]?.function.name
  if (last?.role === 'tool') return { text: `The parcel service says: ${text}.` }
  if (tool && /\b(where|when)\b/i.test(text)) return { tool, order }
  if (tool) return { text: `You are welcome. I keep an eye on ${order}.` }
  return { text: `In short, about ${order}: ${text.split(': ').at(-1)}` }
}

export function completion(request: ChatRequest, thought: Thought) {
  const message =
    'text' in thought
      ? { role: 'assistant', content: thought.text }
      : { role: 'assistant', content: null, tool_calls: [toolCall(request, thought)] }
  return {
    ...envelope(request, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReason(thought), logprobs: null }],
    usage: usageOf(request, thought),
  }
}

export function streamChunks(request: ChatRequest, thought: Thought): object[] {
  const base = envelope(request, 'chat.completion.chunk')
  const chunk = (delta: object, finish: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: finish }],
  })
  const parts =
    'text' in thought
      ? thought.text.split(/(?<= )/).map((content) => chunk({ content }))
      : [chunk({ tool_calls: [{ index: 0, ...toolCall(request, thought) }] })]
  const usage = { ...base, choices: [], usage: usageOf(request, thought) }
  return [
    chunk({ role: 'assistant', content: '' }),
    ...parts,
    chunk({}, finishReason(thought)),
    ...(reportsUsage(request) ? [usage] : []),
  ]
}

/** Streams report usage only on request. */
export const reportsUsage = ({ stream, stream_options }: ChatRequest): boolean =>
  !stream || stream_options?.include_usage === true

function textOf({ content }: ChatMessage): string {
  return typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('')
}

function envelope({ model, messages }: ChatRequest, object: string) {
  return { id: `chatcmpl-${orderOf(messages)}-${messages.length}`, object, created: 1_700_000_000, model }
}

/** LangGraph skips a call whose ID the conversation has answered before, so every ID is unique. */
function toolCall({ messages }: ChatRequest, { tool, order }: { tool: string; order: string }) {
  const args = JSON.stringify({ order })
  return {
    id: `call_${order}_${messages.length}`,
    type: 'function',
    function: { name: tool, arguments: args },
  }
}

function finishReason(thought: Thought): string {
  return 'text' in thought ? 'stop' : 'tool_calls'
}

export type Usage = ReturnType<typeof usageOf>

/** A token for every four characters, a third of the prompt from the cache, and two tokens of reasoning. */
export function usageOf({ messages }: ChatRequest, thought: Thought) {
  const prompt = Math.ceil(messages.map(textOf).join('').length / 4)
  const completionTokens = Math.ceil(JSON.stringify(thought).length / 4)
  return {
    prompt_tokens: prompt,
    completion_tokens: completionTokens,
    total_tokens: prompt + completionTokens,
    prompt_tokens_details: { cached_tokens: Math.floor(prompt / 3) },
    completion_tokens_details: { reasoning_tokens: 2 },
  }
}
