/** A conversation by the AI SDK, of any major version: generated or streamed text with tools, and embeddings. */
import { IMAGE_PNG_BASE64, SYSTEM } from './cases.ts'
import { converse, runTool, TOOLS } from './conversation.ts'
import type { CaseRun, Family } from './program.ts'

interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: unknown
  readonly providerOptions?: unknown
}

interface Answer {
  readonly messages: readonly Message[]
}

/** The part of the AI SDK that is used. Its types differ by version, and the provider's are its own. */
export interface AiSdk {
  generateText(options: never): PromiseLike<unknown>
  streamText(options: never): { readonly textStream: AsyncIterable<string> }
  embed(options: never): PromiseLike<unknown>
  tool(tool: never): unknown
  jsonSchema(schema: never): unknown
  /** Ends the loop of tool calls after some steps: `stepCountIs`, later `isStepCount`. */
  stop(steps: number): unknown
  /** Turns telemetry on, where that is by the call. */
  readonly telemetry: Readonly<Record<string, unknown>>
}

/** How a provider is asked. */
export interface AiProvider {
  model(run: CaseRun): unknown
  embedding?(run: CaseRun): unknown
  /** The provider's own search, as tools. */
  readonly search?: Readonly<Record<string, unknown>>
  /** What makes the model think, as `providerOptions`. */
  readonly thinking?: unknown
  /** What caches the system prompt, as `providerOptions` of the message. */
  cached?(ttl: '5m' | '1h'): unknown
  readonly cannot: Family['cannot']
}

/** Reads the messages of a result, in the form of its version. */
async function messagesOf(result: unknown): Promise<readonly Message[]> {
  const { response, responseMessages } = result as {
    response: PromiseLike<Answer>
    responseMessages?: PromiseLike<Message[]>
  }
  return (await responseMessages) ?? (await response).messages
}

/** Holds the conversation of a case. */
export async function converseByAiSdk(run: CaseRun, sdk: AiSdk, provider: AiProvider): Promise<void> {
  if (run.name === 'embedding') {
    const value = run.turns[0] as string
    const options = { model: provider.embedding?.(run), value, maxRetries: 0, ...sdk.telemetry }
    await run.turn(value, async () => sdk.embed(options as never))
    return
  }
  const isStream = run.name === 'streamed' || run.name === 'aborted'
  const common = {
    ...systemOf(run, provider),
    ...toolsOf(run, sdk, provider),
    maxRetries: 0,
    ...sdk.telemetry,
  }
  await converse<Message>(run, {
    user: (content) => ({ role: 'user', content }),
    picture: (text) => ({
      role: 'user',
      content: [
        { type: 'text', text },
        { type: 'image', image: IMAGE_PNG_BASE64, mediaType: 'image/png' },
      ],
    }),
    async answer(messages) {
      const { system, ...options } = common
      const request = {
        ...options,
        model: provider.model(run),
        ...(typeof system === 'string'
          ? { system, messages }
          : { messages: [system, ...messages], allowSystemInMessages: true }),
      }
      const result = isStream ? await stream(run, sdk, request) : await sdk.generateText(request as never)
      if (result !== undefined) messages.push(...(await messagesOf(result)))
    },
  })
}

function systemOf({ name }: CaseRun, { cached, thinking }: AiProvider) {
  const ttl = name === 'cache' ? '5m' : name === 'cache-hour' ? '1h' : undefined
  const providerOptions = ttl && cached?.(ttl)
  return {
    system:
      providerOptions === undefined ? SYSTEM : { role: 'system' as const, content: SYSTEM, providerOptions },
    ...(name === 'reasoning' && thinking !== undefined ? { providerOptions: thinking } : {}),
  }
}

function toolsOf({ name }: CaseRun, sdk: AiSdk, { search }: AiProvider) {
  if (name === 'tool-use-prompt') return { tools: search }
  if (name !== 'parallel-tools') return {}
  const tools = TOOLS.map(({ name: tool, description, parameters }) => [
    tool,
    sdk.tool({
      description,
      inputSchema: sdk.jsonSchema(parameters as never),
      execute: async () => JSON.parse(await runTool(tool)),
    } as never),
  ])
  return { tools: Object.fromEntries(tools), stopWhen: sdk.stop(3) }
}

/** Reads a stream to its end, or stops it after its first words, by the signal. */
async function stream({ name }: CaseRun, sdk: AiSdk, request: object): Promise<unknown> {
  const controller = new AbortController()
  const result = sdk.streamText({
    ...request,
    abortSignal: controller.signal,
    // An error is part of the stream; without this it is printed as well.
    onError() {},
  } as never)
  for await (const _text of result.textStream) if (name === 'aborted') controller.abort()
  return name === 'aborted' ? undefined : result
}
