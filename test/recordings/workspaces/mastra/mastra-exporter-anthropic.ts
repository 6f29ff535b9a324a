/** Mastra with Anthropic, by Mastra's own OpenTelemetry exporter. */
import { anthropic } from './support/anthropic.ts'
import { exporterFamily } from './support/families.ts'

export const family = exporterFamily('mastra-exporter-anthropic', '@ai-sdk/anthropic', anthropic)
