import { embed, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import type { AiSdk } from '../../../ai-sdk.ts'

export const SDK: AiSdk = {
  generateText,
  streamText,
  embed,
  tool,
  jsonSchema,
  stop: stepCountIs,
  telemetry: { experimental_telemetry: { isEnabled: true } },
}
