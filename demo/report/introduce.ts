import { CONVERSATIONS, MODES } from '../scenario.ts'

/** The introduction, printed before the first run. */
export function introduce(): string[] {
  const users = CONVERSATIONS.map(({ user, session }) => `${user} (${session})`).join(', ')
  return [
    'A chat service answers with a LangGraph agent, a tool behind HTTP, and a summary that the OpenAI SDK streams.',
    `Concurrent users: ${users}, three turns each;`,
    "and a guest with two invalid session IDs. The model is a local server that speaks OpenAI's protocol.",
    `The same conversations run ${MODES.length} times; the figures are what an OTLP collector received.`,
    '',
  ]
}
