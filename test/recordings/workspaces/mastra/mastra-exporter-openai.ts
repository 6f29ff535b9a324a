/** Mastra with OpenAI, by Mastra's own OpenTelemetry exporter. */

import { exporterFamily } from './support/families.ts'
import { openai } from './support/openai.ts'

export const family = exporterFamily('mastra-exporter-openai', '@ai-sdk/openai', openai)
