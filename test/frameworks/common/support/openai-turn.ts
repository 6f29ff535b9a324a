import type OpenAI from 'openai'
import type { Places, Turn } from '../../program.ts'

type Messages = OpenAI.ChatCompletionMessageParam[]
/** The part of a client that a turn uses: libraries wrap it in their own types, and need other versions of the SDK. */
interface ChatClient {
  readonly chat: {
    readonly completions: {
      create(request: OpenAI.ChatCompletionCreateParamsNonStreaming): PromiseLike<OpenAI.ChatCompletion>
      create(
        request: OpenAI.ChatCompletionCreateParamsStreaming,
      ): PromiseLike<AsyncIterable<OpenAI.ChatCompletionChunk>>
    }
  }
}
type CallTool = (order: string) => Promise<string>
type Extra = Pick<OpenAI.ChatCompletionCreateParams, 'metadata' | 'user'>

export const MODEL = 'demo-model'

export const SETTINGS = { apiKey: 'local', maxRetries: 0 } as const

const TRACK_ORDER: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'track_order',
    description: 'Says where a parcel is and when it arrives',
    parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  },
}

/** Calls the parcel service over HTTP. */
export async function trackOrder({ toolUrl }: Places, order: string): Promise<string> {
  return (await fetch(`${toolUrl}/orders/${order}`)).text()
}

/**
 * A turn with the OpenAI SDK alone and a hand-written tool loop: model, tool over HTTP, model; or one streamed answer.
 *
 * @param extra further parameters of each request, such as its `metadata`
 * @param callTool for libraries that trace the tool
 */
export async function answerTurn(
  client: ChatClient,
  places: Places,
  { text, stream }: Turn,
  extra: Extra = {},
  callTool: CallTool = (order) => trackOrder(places, order),
): Promise<string | AsyncIterable<string>> {
  const messages: Messages = [{ role: 'user', content: text }]
  return stream ? streamAnswer(client, messages, extra) : loop(client, messages, extra, callTool)
}

async function loop(
  client: ChatClient,
  messages: Messages,
  extra: Extra,
  callTool: CallTool,
): Promise<string> {
  for (;;) {
    const completion = await client.chat.completions.create({
      model: MODEL,
      messages,
      tools: [TRACK_ORDER],
      ...extra,
    })
    const message = completion.choices[0]?.message
    if (!message?.tool_calls) return message?.content ?? ''
    messages.push(message)
    for (const call of message.tool_calls) {
      if (call.type !== 'function') throw new Error(`an unknown kind of tool: ${call.type}`)
      const { order } = JSON.parse(call.function.arguments) as { order: string }
      messages.push({ role: 'tool', tool_call_id: call.id, content: await callTool(order) })
    }
  }
}

async function streamAnswer(
  client: ChatClient,
  messages: Messages,
  extra: Extra,
): Promise<AsyncIterable<string>> {
  const chunks = await client.chat.completions.create({ model: MODEL, messages, stream: true, ...extra })
  return textOf(chunks)
}

async function* textOf(
  chunks: AsyncIterable<OpenAI.ChatCompletionChunk>,
): AsyncGenerator<string, void, undefined> {
  for await (const { choices } of chunks) {
    const text = choices[0]?.delta.content
    if (text) yield text
  }
}
