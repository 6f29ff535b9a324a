/**
 * A support ticket from the customer's first message to its resolution: each turn is its own trace, the agent calls a
 * tool, a file is attached, the customer rates the answer, the ticket ends. Then its totals and its cost.
 *
 *   OPENAI_API_KEY=… node examples/support-ticket/ticket.ts
 */
import { startSession } from '@otel-sessions/processor/lifecycle'
import { ask } from './agent.ts'
import { report } from './report.ts'
import { analytics, provider } from './telemetry.ts'

const session = startSession({
  sessionId: 'ticket-2611',
  name: 'Order A-1042 has not arrived',
  userId: 'user-a',
  tags: ['support', 'shipping'],
})

const TURNS = {
  'support-inquiry': "My order A-1042 hasn't arrived yet. Where is it?",
  'support-followup':
    'I ordered it two weeks ago and the tracking still shows pending. When will it be here?',
  'support-thanks': 'Thank you, that is all.',
}
for (const [turn, text] of Object.entries(TURNS)) {
  const answer = await session.trace(turn, () => ask(session.id, text))
  console.log(`> ${text}\n${answer}\n`)
}

await session.attach({ data: 'order,state\nA-1042,pending\n', name: 'tracking.csv', type: 'text/csv' })
session.feedback({ score: 1, label: 'solved', comment: 'Fast, and friendly' })
session.end({ state: 'success', reason: 'the parcel was found' })

await provider.forceFlush() // analytics counts a span when it is exported
for (const line of report(analytics.stats(session.id))) console.log(line)
await provider.shutdown()
