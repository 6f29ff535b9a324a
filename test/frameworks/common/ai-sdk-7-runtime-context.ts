import { OpenTelemetry } from '@ai-sdk/otel'
import { registerTelemetry } from 'ai'
import type { Program } from '../program.ts'
import { createAiSdk7 } from './support/ai-sdk-7.ts'

/** The session in the runtime context, with the opt-in that telemetry needs on both sides. */
export const program: Program = {
  async start(places) {
    registerTelemetry(new OpenTelemetry({ runtimeContext: true }))
    return createAiSdk7(places)
  },
}
