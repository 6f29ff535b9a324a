import { type StructuredToolInterface, tool } from '@langchain/core/tools'
import { z } from 'zod'
import { TOOL_RESULTS } from '../../../cases.ts'

const getOrder = tool(async () => JSON.stringify(TOOL_RESULTS.get_order), {
  name: 'get_order',
  description: 'Says where an order is',
  schema: z.object({ order: z.string() }),
})

const getWeather = tool(async () => JSON.stringify(TOOL_RESULTS.get_weather), {
  name: 'get_weather',
  description: 'Says how the weather is in a city',
  schema: z.object({ city: z.string() }),
})

/** The application's tools, which a model has in the case that calls them. */
export const TOOLS: StructuredToolInterface[] = [getOrder, getWeather]
