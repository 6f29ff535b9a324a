import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'
import type { Application, Places, Program } from '../../program.ts'
import { MODEL, SETTINGS, trackOrder } from './openai-turn.ts'

/** A program under OpenInference's instrumentation of LangChain. */
export function langchainProgram(createApplication: (places: Places) => Application): Program {
  const instrumentation = new LangChainInstrumentation()
  return {
    instrumentations: () => [instrumentation],
    async start(places) {
      instrumentation.manuallyInstrument(callbacks)
      return createApplication(places)
    },
  }
}

export type Tool = ReturnType<typeof createTool>

/** A tool that calls another service over HTTP. */
export function createTool(places: Places) {
  return tool(async ({ order }) => trackOrder(places, order), {
    name: 'track_order',
    description: 'Says where a parcel is and when it arrives',
    schema: z.object({ order: z.string() }),
  })
}

/** LangChain's model, with the tool. */
export function createModel({ modelUrl }: Places, track: Tool) {
  const configuration = { baseURL: modelUrl, maxRetries: 0 }
  return new ChatOpenAI({ model: MODEL, ...SETTINGS, configuration }).bindTools([track])
}
