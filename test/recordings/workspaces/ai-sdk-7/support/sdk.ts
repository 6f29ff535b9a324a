import { embed, generateText, isStepCount, jsonSchema, streamText, tool } from 'ai'
import type { AiSdk } from '../../../ai-sdk.ts'

/** Telemetry is on once an integration is registered. */
export const SDK: AiSdk = {
  generateText,
  streamText,
  embed,
  tool,
  jsonSchema,
  stop: isStepCount,
  telemetry: {},
}
