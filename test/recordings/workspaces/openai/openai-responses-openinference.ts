/** The OpenAI SDK's responses under OpenInference's instrumentation. */
import OpenAI from 'openai'
import { SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'
import { family as chatFamily } from './openai-openinference.ts'
import { RESPONSES_CANNOT, respond } from './support/responses.ts'

export const family: Family = {
  ...chatFamily,
  name: 'openai-responses-openinference',
  run: (run) => respond(run, new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` })),
  cannot: RESPONSES_CANNOT,
}
