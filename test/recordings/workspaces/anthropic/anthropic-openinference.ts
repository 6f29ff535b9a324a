/** The Anthropic SDK under OpenInference's instrumentation, with its own tracing off. */
import Anthropic from '@anthropic-ai/sdk'
import { AnthropicInstrumentation } from '@arizeai/openinference-instrumentation-anthropic'
import type { Family } from '../../program.ts'
import { converseByMessages, MESSAGES_CANNOT, SETTINGS } from './support/messages.ts'

const instrumentation = new AnthropicInstrumentation()

export const family: Family = {
  name: 'anthropic-openinference',
  libraries: ['@anthropic-ai/sdk', '@arizeai/openinference-instrumentation-anthropic'],
  instrumentations: () => [instrumentation],
  async start() {
    instrumentation.manuallyInstrument(Anthropic)
  },
  run: (run) =>
    converseByMessages(
      run,
      new Anthropic({ ...SETTINGS, baseURL: run.urls.anthropic, openTelemetry: false }),
    ),
  cannot: MESSAGES_CANNOT,
}
