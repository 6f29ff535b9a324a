/** The OpenAI SDK's responses under Traceloop's instrumentation. */
import OpenAI from 'openai'
import { SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'
import { family as chatFamily } from './openai-traceloop.ts'
import { RESPONSES_CANNOT, respond } from './support/responses.ts'

export const family: Family = {
  ...chatFamily,
  name: 'openai-responses-traceloop',
  run: (run) => respond(run, new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` })),
  cannot: RESPONSES_CANNOT,
}
