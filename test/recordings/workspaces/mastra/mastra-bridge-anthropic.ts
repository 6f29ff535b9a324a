/** Mastra with Anthropic, by Mastra's bridge to the application's OpenTelemetry. */
import { anthropic } from './support/anthropic.ts'
import { bridgeFamily } from './support/families.ts'

export const family = bridgeFamily('mastra-bridge-anthropic', '@ai-sdk/anthropic', anthropic)
