import { CONVERSATIONS, MODES } from '../scenario.ts'
import type { Paint } from './paint.ts'

/** Printed before the first run. */
export function introduce(verbose: boolean, paint: Paint): string[] {
  const short = [
    `The same talks with a LangGraph agent, ${MODES.length} times, with otel-sessions and without.`,
  ]
  if (!verbose) return [...short, '']
  const users = CONVERSATIONS.map(({ user, session }) => `${user} (${session})`).join(', ')
  return [
    ...short,
    paint.dim(`Concurrent users: ${users}, three turns each;`),
    paint.dim(
      'and a guest with two invalid session IDs. The agent has a tool behind HTTP and a memory per thread;',
    ),
    paint.dim(
      "the OpenAI SDK streams a summary of its answer. The model is a local server that speaks OpenAI's",
    ),
    paint.dim('protocol. All figures are what an OTLP collector received.'),
    '',
  ]
}
