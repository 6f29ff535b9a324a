import { OpenTelemetry } from '@ai-sdk/otel'
import { registerTelemetry } from 'ai'
import type { Program } from '../program.ts'
import { createAiSdk7 } from './support/ai-sdk-7.ts'

/** `enrichSpan`, which returns attributes at the start of each of the AI SDK's own spans. */
export const program: Program = {
  async start(places) {
    registerTelemetry(
      new OpenTelemetry({
        enrichSpan: ({ runtimeContext }) => ({ 'session.id': String(runtimeContext?.['sessionId']) }),
      }),
    )
    return createAiSdk7(places)
  },
}
