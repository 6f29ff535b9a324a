/** The Anthropic SDK with the tracing of its own, which is on as soon as there is a global tracer provider. */
import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { runTool, TOOLS } from '../../conversation.ts'
import type { Family } from '../../program.ts'
import {
  converseByMessages,
  MESSAGES_CANNOT,
  type Message,
  type Request,
  SETTINGS,
} from './support/messages.ts'

export const family: Family = {
  name: 'anthropic-sdk',
  libraries: ['@anthropic-ai/sdk'],
  run: (run) => {
    const openTelemetry = { traces: { contentMode: 'content' } } as const
    const client = new Anthropic({ ...SETTINGS, baseURL: run.urls.anthropic, openTelemetry })
    return converseByMessages(run, client, (request, history) => answerByRunner(client, request, history))
  },
  cannot: MESSAGES_CANNOT,
}

/** The SDK's own loop of tool calls, which it traces as an agent. */
async function answerByRunner(client: Anthropic, request: Request, history: Message[]): Promise<void> {
  const tools = TOOLS.map(({ name, description, parameters }) =>
    betaTool({
      name,
      description,
      inputSchema: parameters as { type: 'object' },
      run: () => runTool(name),
    }),
  )
  await client.beta.messages.toolRunner({ ...request, messages: history, tools, stream: false })
}
