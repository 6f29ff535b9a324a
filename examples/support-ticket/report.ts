/** The totals of a session, with the labels of InteractiveAI's table of properties and of AgentOps' analytics. */
import type { SessionTotals } from '@otel-sessions/analytics'

const dollars = (amount: number | undefined) => (amount === undefined ? 'unknown' : `$${amount.toFixed(6)}`)

export function* report(totals: SessionTotals | undefined): Generator<string> {
  if (totals === undefined) throw new Error('the session has no span')
  const { tokens, cost, end, feedback } = totals
  const rows = {
    Id: totals.id,
    'Created At': new Date(totals.firstTime ?? 0).toISOString(),
    Duration: `${totals.durationMillis} ms`,
    Environment: totals.environments.join(', '),
    'User IDs': totals.userIds.join(', '),
    Traces: totals.traces,
    'Input Cost': dollars(cost?.input),
    'Output Cost': dollars(cost?.output),
    'Total Cost': dollars(cost?.total),
    'Input tokens': tokens.input,
    'Output tokens': tokens.output,
    'Total Tokens': tokens.total,
    'Trace Tags': totals.tags.join(', '),
    'LLM calls': totals.llmCalls,
    'Tool calls': totals.toolCalls,
    Actions: totals.agentSteps,
    Errors: totals.errors,
    Cost: dollars(cost?.total),
    'LLM calls without usage': totals.callsWithoutUsage,
    'End State': end?.state,
    'End State Reason': end?.reason,
    Feedback: feedback.names[0]?.mean,
    Attachments: totals.attachments,
  }
  for (const [label, value] of Object.entries(rows)) yield `${label}: ${value}`
  for (const { model, tokens: used, cost: spent, callsWithoutUsage } of totals.models) {
    yield `Usage of ${model}: ${used.total} tokens, ${dollars(spent?.total)}, without that of ${callsWithoutUsage} calls`
  }
}
