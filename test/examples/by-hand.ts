/** A span as a backend stores it. */
export interface StoredSpan {
  readonly traceId: string
  readonly name: string
  readonly startNano: string
  readonly endNano: string
  readonly statusCode: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** The price of gpt-5-mini, in USD per million tokens: from OpenAI's list, not from our table. */
const PRICE = { input: 0.25, cached: 0.025, output: 2 }

const PROMPT = 'llm.token_count.prompt'
const CACHED = 'llm.token_count.prompt_details.cache_read'
const COMPLETION = 'llm.token_count.completion'

/**
 * What the support ticket must print, computed from the spans in its backend by the instrumentations' own attribute
 * names. It covers every row of InteractiveAI's table of properties, and of what AgentOps' analytics prints.
 */
export function ticketByHand(all: readonly StoredSpan[]): Record<string, unknown> {
  const id = 'ticket-2611'
  const spans = all.filter(({ attributes }) => attributes['session.id'] === id)
  const work = spans.filter(({ name }) => !name.startsWith('session.'))
  const sessionSpans = (name: string) => spans.filter((span) => span.name === name)
  const llm = work.filter(({ attributes }) => attributes['openinference.span.kind'] === 'LLM')
  const sum = (key: string) => llm.reduce((total, { attributes }) => total + Number(attributes[key]), 0)
  const inputCost = (sum(PROMPT) - sum(CACHED)) * PRICE.input + sum(CACHED) * PRICE.cached
  const outputCost = sum(COMPLETION) * PRICE.output
  const dollars = (millionths: number) => `$${(millionths / 1e6).toFixed(6)}`
  const millis = (nano: string) => Number(BigInt(nano) / 1_000n) / 1_000
  const first = Math.min(...spans.map(({ startNano }) => millis(startNano)))
  const last = Math.max(...spans.map(({ endNano }) => millis(endNano)))
  const tokens = sum(PROMPT) + sum(COMPLETION)
  return {
    Id: id,
    'Created At': new Date(first).toISOString(),
    Duration: `${Math.round(last - first)} ms`,
    Environment: 'production',
    'User IDs': [...new Set(spans.map(({ attributes }) => attributes['user.id']))].join(', '),
    Traces: new Set(work.map(({ traceId }) => traceId)).size,
    'Input Cost': dollars(inputCost),
    'Output Cost': dollars(outputCost),
    'Total Cost': dollars(inputCost + outputCost),
    'Input tokens': sum(PROMPT),
    'Output tokens': sum(COMPLETION),
    'Total Tokens': tokens,
    'Usage of gpt-5-mini': `${tokens} tokens, ${dollars(inputCost + outputCost)}, without that of 0 calls`,
    'Trace Tags': [...new Set(spans.flatMap(({ attributes }) => attributes['tag.tags']))].sort().join(', '),
    'LLM calls': llm.length,
    'Tool calls': work.filter(({ attributes }) => attributes['openinference.span.kind'] === 'TOOL').length,
    Actions: work.filter(({ attributes }) => attributes['openinference.span.kind'] === 'AGENT').length,
    Errors: work.filter(({ statusCode }) => statusCode === 2).length,
    Cost: dollars(inputCost + outputCost),
    'LLM calls without usage': 0,
    'End State': sessionSpans('session.end')[0]?.attributes['session.end.state'],
    'End State Reason': sessionSpans('session.end')[0]?.attributes['session.end.reason'],
    Feedback: sessionSpans('session.feedback')[0]?.attributes['session.feedback.score'],
    Attachments: sessionSpans('session.attachment').length,
  }
}

/** The printed lines of the form `label: value`. */
function printedRows(printed: string): Record<string, string> {
  const lines = printed.split('\n').map((line) => /^([A-Z][\w -]*): (.*)$/.exec(line))
  return Object.fromEntries(
    lines.filter((found) => found !== null).map(([, label = '', value = '']) => [label, value]),
  )
}

/** The differences between what an example printed and what it must print, a sentence each; empty if there are none. */
export function wrongRows(printed: string, byHand: Readonly<Record<string, unknown>>): string[] {
  const rows = printedRows(printed)
  return Object.entries(byHand)
    .filter(([label, value]) => rows[label] !== String(value))
    .map(([label, value]) => `${label} is ${rows[label]}, but by hand it is ${value}`)
}
