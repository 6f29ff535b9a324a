/** An agent by hand on the OpenAI SDK, for the libraries that trace the SDK but bring no agent of their own. */
import type OpenAI from 'openai'

/** What is needed of a client; the libraries wrap it, each in a type of its own. */
export interface ChatClient {
  chat: {
    completions: {
      create(request: OpenAI.ChatCompletionCreateParamsNonStreaming): PromiseLike<OpenAI.ChatCompletion>
      create(
        request: OpenAI.ChatCompletionCreateParamsStreaming,
      ): PromiseLike<AsyncIterable<OpenAI.ChatCompletionChunk>>
    }
  }
}

/** Calls the tool with the arguments that the model gave, as JSON. */
export type CallTool = (args: string) => Promise<string>

const model = 'demo-model'

const TRACK_ORDER: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'track_order',
    description: 'Says where a parcel is and when it arrives',
    parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  },
}

/** Asks the model, calls the tool that it wants, and tells it what came back. */
export async function replyWithTool(client: ChatClient, text: string, callTool: CallTool): Promise<string> {
  const tools = [TRACK_ORDER]
  const question = { role: 'user', content: text } as const
  const first = await client.chat.completions.create({ model, tools, messages: [question] })
  const message = first.choices[0]?.message
  const call = message?.tool_calls?.[0]
  if (!message || call?.type !== 'function') throw new Error('the model did not call the tool')
  const result = {
    role: 'tool',
    tool_call_id: call.id,
    content: await callTool(call.function.arguments),
  } as const
  const second = await client.chat.completions.create({ model, tools, messages: [question, message, result] })
  return second.choices[0]?.message.content ?? ''
}

/** Sends the request at once; the text is read by whoever iterates. */
export async function streamReply(client: ChatClient, text: string): Promise<AsyncIterable<string>> {
  const stream = await client.chat.completions.create({
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: text }],
  })
  return textOf(stream)
}

/** The tool's work: another service is asked over HTTP. */
export async function trackOrder(toolUrl: string, args: string): Promise<string> {
  const { order } = JSON.parse(args) as { order: string }
  const response = await fetch(`${toolUrl}/orders/${order}`)
  return response.text()
}

async function* textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): AsyncGenerator<string> {
  for await (const chunk of stream) yield chunk.choices[0]?.delta.content ?? ''
}
