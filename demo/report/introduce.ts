import { CONVERSATIONS, MODES } from '../scenario.ts'

/** Who talks to whom, before anything happens. */
export function introduce(): string[] {
  const users = CONVERSATIONS.map(({ user, session }) => `${user} (${session})`).join(', ')
  return [
    'A chat service answers with a LangGraph agent, a tool behind HTTP, and a summary that the OpenAI SDK streams.',
    `At once: ${users}, three turns each;`,
    'and a guest, who gives two session IDs that no backend takes. The model is a local server that speaks',
    `OpenAI's protocol. The same talks run ${MODES.length} times; what counts is what an OTLP collector received.`,
    '',
  ]
}
