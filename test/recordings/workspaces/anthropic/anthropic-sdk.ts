/** The Anthropic SDK with the tracing of its own, which is on as soon as there is a global tracer provider. */
import Anthropic from '@anthropic-ai/sdk'
import type { Family } from '../../program.ts'
import { converseByMessages, MESSAGES_CANNOT, SETTINGS } from './support/messages.ts'

export const family: Family = {
  name: 'anthropic-sdk',
  libraries: ['@anthropic-ai/sdk'],
  run: (run) => {
    const openTelemetry = { traces: { contentMode: 'content' } } as const
    return converseByMessages(run, new Anthropic({ ...SETTINGS, baseURL: run.urls.anthropic, openTelemetry }))
  },
  cannot: MESSAGES_CANNOT,
}
