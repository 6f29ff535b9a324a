/** A conversation by OpenAI's Agents SDK, whose history is the list of its items. */
import { OpenAIAgentsInstrumentation } from '@arizeai/openinference-instrumentation-openai-agents'
import * as agents from '@openai/agents'
import OpenAI from 'openai'
import { z } from 'zod'
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import { converse, runTool } from '../../../conversation.ts'
import { SETTINGS } from '../../../openai-chat.ts'
import type { CaseRun, ProviderUrls } from '../../../program.ts'

/** Registers OpenInference's instrumentation, in place of the SDK's own export to OpenAI. */
export function startAgents(urls: ProviderUrls, api: 'chat_completions' | 'responses'): void {
  agents.setDefaultOpenAIClient(new OpenAI({ ...SETTINGS, baseURL: `${urls.openai}/v1` }))
  agents.setOpenAIAPI(api)
  new OpenAIAgentsInstrumentation().manuallyInstrument(agents)
}

/** Holds the conversation of a case. */
export async function runAgents(run: CaseRun): Promise<void> {
  const agent = agentOf(run)
  const isStream = run.name === 'streamed' || run.name === 'aborted'
  await converse<agents.AgentInputItem>(run, {
    user: agents.user,
    picture: (text) => ({
      role: 'user',
      content: [
        { type: 'input_text', text },
        { type: 'input_image', image: `data:image/png;base64,${IMAGE_PNG_BASE64}` },
      ],
    }),
    async answer(history) {
      if (isStream) return stream(run, agent, history)
      const result = await agents.run(agent, [...history])
      history.splice(0, history.length, ...result.history)
    },
  })
}

async function stream(run: CaseRun, agent: agents.Agent, history: readonly agents.AgentInputItem[]) {
  const controller = new AbortController()
  const result = await agents.run(agent, [...history], { stream: true, signal: controller.signal })
  for await (const _ of result.toTextStream()) if (run.name === 'aborted') controller.abort()
  // The text may be complete before the run's last spans have ended.
  await result.completed
}

function agentOf({ name }: CaseRun): agents.Agent {
  const settings = { name: 'bookshop', instructions: SYSTEM }
  if (name === 'reasoning') {
    const modelSettings = { reasoning: { effort: 'low', summary: 'auto' } } as const
    return new agents.Agent({ ...settings, model: 'o4-mini', modelSettings })
  }
  const tools =
    name === 'parallel-tools' ? [ORDER, WEATHER] : name === 'tool-use-prompt' ? [agents.webSearchTool()] : []
  return new agents.Agent({ ...settings, model: 'gpt-4o', tools })
}

const ORDER = agents.tool({
  name: 'get_order',
  description: 'Says where an order is',
  parameters: z.object({ order: z.string() }),
  execute: () => runTool('get_order'),
})

const WEATHER = agents.tool({
  name: 'get_weather',
  description: 'Says what the weather is',
  parameters: z.object({ city: z.string() }),
  execute: () => runTool('get_weather'),
})
