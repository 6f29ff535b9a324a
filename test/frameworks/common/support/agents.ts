import { OpenAIAgentsInstrumentation } from '@arizeai/openinference-instrumentation-openai-agents'
import * as agents from '@openai/agents'
import OpenAI from 'openai'
import { z } from 'zod'
import type { Application, Places } from '../../program.ts'
import { MODEL, SETTINGS, trackOrder } from './openai-turn.ts'

/** OpenAI's Agents SDK under OpenInference's instrumentation, with the session as each run's `groupId`. */
export function createAgents(places: Places): Application {
  agents.setDefaultOpenAIClient(new OpenAI({ ...SETTINGS, baseURL: places.modelUrl }))
  agents.setOpenAIAPI('chat_completions')
  new OpenAIAgentsInstrumentation().manuallyInstrument(agents)
  const track = agents.tool({
    name: 'track_order',
    description: 'Says where a parcel is and when it arrives',
    parameters: z.object({ order: z.string() }),
    execute: ({ order }) => trackOrder(places, order),
  })
  const agent = new agents.Agent({ name: 'parcels', model: MODEL, tools: [track] })
  const streaming: Promise<void>[] = []
  return {
    async answer({ sessionId, text, stream }) {
      const runner = new agents.Runner({ groupId: sessionId })
      if (!stream) return (await runner.run(agent, text)).finalOutput ?? ''
      const result = await runner.run(agent, text, { stream: true })
      streaming.push(result.completed)
      return result.toTextStream()
    },
    // The text may be complete before the run's last spans have ended.
    stop: async () => void (await Promise.all(streaming)),
  }
}
