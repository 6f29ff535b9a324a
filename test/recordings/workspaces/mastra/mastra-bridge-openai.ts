/** Mastra with OpenAI, by Mastra's bridge to the application's OpenTelemetry. */

import { bridgeFamily } from './support/families.ts'
import { openai } from './support/openai.ts'

export const family = bridgeFamily('mastra-bridge-openai', '@ai-sdk/openai', openai)
