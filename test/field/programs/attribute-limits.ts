// A user's conversation is so long that Traceloop's instrumentation fills the span with attributes, one a message.
// Right: the span has the session and the user, although the SDK's limit of 128 attributes had no room for them.

import { usingSession } from '@otel-sessions/processor'
import { OpenAIInstrumentation as OldOpenAIInstrumentation } from '@traceloop/instrumentation-openai-0.5'
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai-0.11'
import OpenAI from 'openai-4'
import type { Case, Field } from '../program.ts'

const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 0,
  model: 'gpt-4o',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'fine' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}

const openai = new OpenAI({
  apiKey: 'none',
  fetch: (async () => Response.json(answer)) as never,
})

const messages = Array.from({ length: 150 }, (_, number) => ({
  role: 'user' as const,
  content: `message ${number}`,
}))

const run = async ({ users, session, request }: Field): Promise<void> => {
  const ask = (user: string) =>
    request(user, () =>
      usingSession(session(user), () => openai.chat.completions.create({ model: 'gpt-4o', messages })),
    )
  await Promise.all(users.map(ask))
}

export const cases: readonly Case[] = [OpenAIInstrumentation, OldOpenAIInstrumentation].map(
  (Instrumentation, index) => ({
    name: '150 messages',
    library: ['@traceloop/instrumentation-openai-0.11', '@traceloop/instrumentation-openai-0.5'][index] ?? '',
    instrumentations() {
      const instrumentation = new Instrumentation()
      instrumentation.manuallyInstrument(OpenAI as never)
      return [instrumentation]
    },
    expected: {
      right: 6,
      problems: { 'attribute:not-kept': /SessionSpanExporter adds it/ },
    },
    run,
  }),
)
