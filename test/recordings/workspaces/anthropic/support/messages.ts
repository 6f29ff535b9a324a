/** A conversation by the Messages API of the Anthropic SDK, with a hand-written loop of tool calls. */
import type Anthropic from '@anthropic-ai/sdk'
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import { converse, runTool, TOOLS } from '../../../conversation.ts'
import type { CaseRun, Family } from '../../../program.ts'

export type Message = Anthropic.MessageParam
export type Request = Omit<Anthropic.MessageCreateParamsNonStreaming, 'messages'>

/** The part of a client that is used, of version 0 or 1 of the SDK. */
export interface MessagesClient {
  readonly messages: {
    create(request: Anthropic.MessageCreateParamsNonStreaming): PromiseLike<Anthropic.Message>
    stream(
      request: Anthropic.MessageCreateParamsNonStreaming,
    ): AsyncIterable<Anthropic.MessageStreamEvent> & { finalMessage(): Promise<Anthropic.Message> }
  }
}

/** The case that Anthropic's API has no form for. */
export const MESSAGES_CANNOT = {
  embedding: 'Anthropic has no embeddings.',
} satisfies Family['cannot']

/** No retries: each call is one that the case describes. */
export const SETTINGS = { apiKey: 'none', maxRetries: 0 }

/**
 * Holds the conversation of a case.
 *
 * @param answerWithTools for a library that runs tools itself: answers the history
 */
export async function converseByMessages(
  run: CaseRun,
  client: MessagesClient,
  answerWithTools = (request: Request, history: Message[]) => answer(client, request, history),
): Promise<void> {
  ignoreDeprecation()
  const request = requestOf(run)
  const isStream = run.name === 'streamed' || run.name === 'aborted'
  await converse<Message>(run, {
    user: (content) => ({ role: 'user', content }),
    picture: (text) => ({
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE_PNG_BASE64 } },
        { type: 'text', text },
      ],
    }),
    answer: (history) => {
      if (isStream) return stream(run, client, request, history)
      return run.name === 'parallel-tools'
        ? answerWithTools(request, history)
        : answer(client, request, history)
    },
  })
}

function requestOf({ name }: CaseRun): Request {
  const request = { model: 'claude-sonnet-4-5', max_tokens: 4096, system: SYSTEM }
  switch (name) {
    case 'cache':
      return { ...request, system: [cached()] }
    case 'cache-hour':
      return { ...request, system: [{ ...cached(), cache_control: { type: 'ephemeral', ttl: '1h' } }] }
    case 'parallel-tools':
      return {
        ...request,
        tools: TOOLS.map(({ parameters, ...tool }) => ({
          ...tool,
          input_schema: parameters as Anthropic.Tool.InputSchema,
        })),
      }
    case 'reasoning':
      return { ...request, thinking: { type: 'enabled', budget_tokens: 2048 } }
    case 'tool-use-prompt':
      return { ...request, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }
    default:
      return request
  }
}

const cached = (): Anthropic.TextBlockParam => ({
  type: 'text',
  text: SYSTEM,
  cache_control: { type: 'ephemeral' },
})

/** The SDK warns of models that Anthropic will switch off. What a program prints is a failure of the recorder. */
function ignoreDeprecation(): void {
  const { warn } = console
  console.warn = (...text: unknown[]) => {
    if (!String(text[0]).includes('is deprecated and will reach end-of-life')) warn(...text)
  }
}

async function answer(client: MessagesClient, request: Request, history: Message[]): Promise<void> {
  for (;;) {
    const { content } = await client.messages.create({ ...request, messages: [...history] })
    history.push({ role: 'assistant', content })
    const calls = content.filter((block) => block.type === 'tool_use')
    if (calls.length === 0) return
    const results = calls.map(async (call) => ({
      type: 'tool_result' as const,
      tool_use_id: call.id,
      content: await runTool(call.name),
    }))
    history.push({ role: 'user', content: await Promise.all(results) })
  }
}

async function stream(
  run: CaseRun,
  client: MessagesClient,
  request: Request,
  history: Message[],
): Promise<void> {
  const events = client.messages.stream({ ...request, messages: [...history] })
  for await (const event of events) {
    // The documented way to stop a stream.
    if (run.name === 'aborted' && event.type === 'content_block_delta') return
  }
  history.push({ role: 'assistant', content: (await events.finalMessage()).content })
}
