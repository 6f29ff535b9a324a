import type OpenAI from 'openai'
import type { Places, Turn } from '../../program.ts'

type Messages = OpenAI.ChatCompletionMessageParam[]
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

/** Asks the parcel service over HTTP. */
export async function trackOrder({ toolUrl }: Places, order: string): Promise<string> {
  return (await fetch(`${toolUrl}/orders/${order}`)).text()
}

/**
 * A turn with the OpenAI SDK alone, the tool loop by hand: model, tool over HTTP, model; or one streamed answer.
 *
 * @param extra what else each request has, such as its `metadata`
 */
export async function answerTurn(
  client: OpenAI,
  places: Places,
  { text, stream }: Turn,
  extra: Extra = {},
): Promise<string | AsyncIterable<string>> {
  const messages: Messages = [{ role: 'user', content: text }]
  return stream ? streamAnswer(client, messages, extra) : loop(client, places, messages, extra)
}

async function loop(client: OpenAI, places: Places, messages: Messages, extra: Extra): Promise<string> {
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
      messages.push({ role: 'tool', tool_call_id: call.id, content: await trackOrder(places, order) })
    }
  }
}

async function streamAnswer(
  client: OpenAI,
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
