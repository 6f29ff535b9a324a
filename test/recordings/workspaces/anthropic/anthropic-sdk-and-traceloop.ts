/** The Anthropic SDK under Traceloop's instrumentation, with its own tracing on, as it is by default: two spans a call. */
import { AnthropicInstrumentation } from '@traceloop/instrumentation-anthropic'
// It fails with version 1, which has no text completions.
import * as anthropic from 'anthropic-0'
import type { Family } from '../../program.ts'
import { converseByMessages, MESSAGES_CANNOT, SETTINGS } from './support/messages.ts'

const instrumentation = new AnthropicInstrumentation()

export const family: Family = {
  name: 'anthropic-sdk-and-traceloop',
  libraries: ['anthropic-0', '@traceloop/instrumentation-anthropic'],
  instrumentations: () => [instrumentation],
  async start() {
    // It declares the types of the CommonJS build, and takes the other as well.
    instrumentation.manuallyInstrument(anthropic as never)
  },
  run: (run) =>
    converseByMessages(run, new anthropic.Anthropic({ ...SETTINGS, baseURL: run.urls.anthropic })),
  cannot: MESSAGES_CANNOT,
}
