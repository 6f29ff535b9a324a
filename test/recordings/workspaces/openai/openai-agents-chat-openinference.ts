/** OpenAI's Agents SDK, by chat completions, under OpenInference's instrumentation. */

import { CHAT_CANNOT } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'
import { family as responsesFamily } from './openai-agents-openinference.ts'
import { startAgents } from './support/agents.ts'

export const family: Family = {
  ...responsesFamily,
  name: 'openai-agents-chat-openinference',
  start: async (urls) => startAgents(urls, 'chat_completions'),
  cannot: { ...responsesFamily.cannot, ...CHAT_CANNOT },
}
