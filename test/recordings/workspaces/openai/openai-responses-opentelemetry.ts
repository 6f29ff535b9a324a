/** The OpenAI SDK's responses under OpenTelemetry's instrumentation. */
import type { Family } from '../../program.ts'
import { family as chatFamily, newOpenAI6 } from './openai-opentelemetry.ts'
import { RESPONSES_CANNOT, respond } from './support/responses.ts'

export const family: Family = {
  ...chatFamily,
  name: 'openai-responses-opentelemetry',
  run: (run) => respond(run, newOpenAI6(`${run.urls.openai}/v1`)),
  cannot: RESPONSES_CANNOT,
}
