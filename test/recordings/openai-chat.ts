/** A conversation by chat completions of the OpenAI SDK, with a hand-written loop of tool calls. */
import type OpenAI from 'openai'
import { IMAGE_PNG_BASE64, SYSTEM } from './cases.ts'
import { type Around, converse, runTool, TOOLS } from './conversation.ts'
import type { CaseRun, Family } from './program.ts'

type Message = OpenAI.ChatCompletionMessageParam

/** The part of a client that is used: libraries wrap it in types of their own, and need other versions of the SDK. */
export interface ChatClient {
  readonly chat: {
    readonly completions: {
      create(request: OpenAI.ChatCompletionCreateParamsNonStreaming): PromiseLike<OpenAI.ChatCompletion>
      create(
        request: OpenAI.ChatCompletionCreateParamsStreaming,
        options: { signal: AbortSignal },
      ): PromiseLike<AsyncIterable<OpenAI.ChatCompletionChunk>>
    }
  }
  readonly embeddings: { create(request: OpenAI.EmbeddingCreateParams): PromiseLike<unknown> }
}

/** Cases that chat completions have no form for. */
export const CHAT_CANNOT = {
  'cache-hour': 'OpenAI neither charges nor reports what is written to a cache.',
  'tool-use-prompt': 'Chat completions of this model have no tool of the provider.',
} satisfies Family['cannot']

/** No retries: each call is one that the case describes. */
export const SETTINGS = { apiKey: 'none', maxRetries: 0 }

/** Holds the conversation of a case. */
export async function chat(run: CaseRun, client: ChatClient, around: Around = {}): Promise<void> {
  const { turn = (_, work) => work(), tool = runTool } = around
  if (run.name === 'embedding') {
    const [input] = run.turns as [string]
    await run.turn(input, async () => client.embeddings.create({ model: 'text-embedding-3-small', input }))
    return
  }
  const request = requestOf(run)
  const isStream = run.name === 'streamed' || run.name === 'aborted'
  await converse<Message>(run, {
    system: { role: 'system', content: SYSTEM },
    user: (content) => ({ role: 'user', content }),
    picture: (text) => ({
      role: 'user',
      content: [
        { type: 'text', text },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE_PNG_BASE64}` } },
      ],
    }),
    answer: (history, text) =>
      turn(text, () =>
        isStream ? stream(run, client, request, history) : answer(client, request, history, tool),
      ),
  })
}

type Tool = NonNullable<Around['tool']>
type Request = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'messages'>

function requestOf({ name }: CaseRun): Request {
  if (name === 'reasoning') return { model: 'o4-mini', reasoning_effort: 'low' }
  if (name !== 'parallel-tools') return { model: 'gpt-4o' }
  return { model: 'gpt-4o', tools: TOOLS.map((tool) => ({ type: 'function', function: tool })) }
}

async function answer(client: ChatClient, request: Request, history: Message[], tool: Tool) {
  for (;;) {
    const { choices } = await client.chat.completions.create({ ...request, messages: [...history] })
    const message = choices[0]?.message
    if (message === undefined) throw new Error('the answer has no message')
    history.push(message)
    if (!message.tool_calls) return message.content
    history.push(...(await Promise.all(message.tool_calls.map((call) => callTool(call, tool)))))
  }
}

async function callTool(call: OpenAI.ChatCompletionMessageToolCall, tool: Tool): Promise<Message> {
  if (call.type !== 'function') throw new Error(`the model calls a tool of the type ${call.type}`)
  const { name, arguments: input } = call.function
  return { role: 'tool', tool_call_id: call.id, content: await tool(name, JSON.parse(input)) }
}

async function stream(run: CaseRun, client: ChatClient, request: Request, history: Message[]) {
  const controller = new AbortController()
  const chunks = await client.chat.completions.create(
    { ...request, messages: [...history], stream: true, stream_options: { include_usage: true } },
    { signal: controller.signal },
  )
  let content = ''
  for await (const { choices } of chunks) {
    content += choices[0]?.delta.content ?? ''
    // The other documented way is to leave the loop, as the families of responses do.
    if (run.name === 'aborted' && content) controller.abort()
  }
  history.push({ role: 'assistant', content })
  return content
}
