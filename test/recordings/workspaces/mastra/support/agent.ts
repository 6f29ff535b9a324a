/** A conversation with an agent of Mastra, which calls tools and traces itself. */
import { Mastra } from '@mastra/core'
import { Agent, type AgentConfig } from '@mastra/core/agent'
import type { ObservabilityEntrypoint } from '@mastra/core/observability'
import { createTool } from '@mastra/core/tools'
import { z } from 'zod'
import { IMAGE_PNG_BASE64, SYSTEM, TOOL_RESULTS } from '../../../cases.ts'
import { converse, TOOLS } from '../../../conversation.ts'
import type { CaseRun, Family } from '../../../program.ts'

type ProviderOptions = Readonly<Record<string, Record<string, string | Record<string, string | number>>>>

/** The tools of an agent. */
export type Tools = NonNullable<AgentConfig['tools']>

/** What differs between the providers. */
export interface Provider {
  createModel(run: CaseRun): AgentConfig['model']
  /** The tools of the provider itself. */
  createSearch(run: CaseRun): Tools
  /** Settings of the whole request, such as how much the model may think. */
  requestOptions?(run: CaseRun): ProviderOptions | undefined
  /** Settings of the system prompt, such as a point up to which the prompt is cached. */
  systemOptions?(run: CaseRun): ProviderOptions | undefined
  /** Settings of what the user says. */
  userOptions?(run: CaseRun): ProviderOptions | undefined
  readonly cannot: Family['cannot']
}

/** How Mastra names the session to its exporters. */
const tracingOptions = { metadata: { threadId: 'user_ada_conv_1' } }

/** Mastra's core makes embeddings for its own search only; `@mastra/rag`, a package of its own, traces them. */
export const NO_EMBEDDINGS = "Mastra's core writes no span for embeddings."

/** Holds the conversation of a case, and ends what Mastra does in the background. */
export async function converseWithMastra(
  run: CaseRun,
  provider: Provider,
  observability: ObservabilityEntrypoint,
): Promise<void> {
  const bookshop = new Agent({
    id: 'bookshop',
    name: 'bookshop',
    instructions: { role: 'system', content: SYSTEM, ...withOptions(provider.systemOptions?.(run)) },
    model: provider.createModel(run),
    tools: toolsOf(run, provider),
    // No retries: each call is one that the case describes.
    maxRetries: 0,
  })
  const mastra = new Mastra({ agents: { bookshop }, logger: false, observability })
  const agent = mastra.getAgent('bookshop')
  const options = { tracingOptions, ...withOptions(provider.requestOptions?.(run)) }
  const userOptions = withOptions(provider.userOptions?.(run))
  const isStream = run.name === 'streamed' || run.name === 'aborted'
  await converse<Message>(run, {
    user: (content) => ({ role: 'user', content, ...userOptions }),
    picture: (text) => ({
      role: 'user',
      content: [
        { type: 'text', text },
        { type: 'image', image: IMAGE_PNG_BASE64, mediaType: 'image/png' },
      ],
    }),
    answer: async (history) => {
      const content = isStream ? await stream() : (await agent.generate(history, options)).text
      history.push({ role: 'assistant', content })

      async function stream(): Promise<string> {
        const controller = new AbortController()
        const { textStream } = await agent.stream(history, { ...options, abortSignal: controller.signal })
        let text = ''
        for await (const piece of textStream) {
          text += piece
          // The documented way to stop an agent.
          if (run.name === 'aborted') controller.abort()
        }
        return text
      }
    },
  })
  await mastra.shutdown()
}

type Message =
  | { role: 'user'; content: string | ({ type: 'text'; text: string } | Picture)[] }
  | { role: 'assistant'; content: string }

interface Picture {
  type: 'image'
  image: string
  mediaType: string
}

const withOptions = (providerOptions: ProviderOptions | undefined) => providerOptions && { providerOptions }

function toolsOf(run: CaseRun, provider: Provider): Tools {
  if (run.name === 'tool-use-prompt') return provider.createSearch(run)
  return run.name === 'parallel-tools' ? Object.fromEntries(TOOLS.map(toolOf)) : {}
}

function toolOf({ name, description, parameters }: (typeof TOOLS)[number]) {
  const tool = createTool({
    id: name,
    description,
    inputSchema: z.object(Object.fromEntries(parameters.required.map((argument) => [argument, z.string()]))),
    execute: async () => TOOL_RESULTS[name as keyof typeof TOOL_RESULTS],
  })
  return [name, tool] as const
}
