/** Responses: https://platform.openai.com/docs/api-reference/responses */
import type { Reply } from '../../cases.ts'
import { type Answer, type Json, pieces } from '../http.ts'
import { errorAnswer, openaiUsage } from './chat.ts'
import { CREATED, datedModel } from './models.ts'

interface Item extends Json {
  readonly id: string
  readonly type: string
}

/** OpenAI's answer to `POST /v1/responses`, plain or streamed. A stream always reports its usage. */
export function answerResponse(asked: Json, reply: Reply, number: number): Answer {
  const model = datedModel(asked['model'])
  if (reply.error !== undefined) return errorAnswer(model, reply.error)
  const usage = openaiUsage(reply.usage)
  const items = itemsOf(asked, reply, number)
  const response = {
    ...responseOf(asked, model, number),
    status: 'completed',
    output: items,
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cacheRead },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: usage.input + usage.output,
    },
  }
  if (asked['stream'] !== true) return { model, body: response, usage }

  const begun = { ...responseOf(asked, model, number), status: 'in_progress', output: [], usage: null }
  const all = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...items.flatMap(eventsOf),
    { type: 'response.completed', response },
  ].map((event, index) => ({ ...event, sequence_number: index }))
  const sent = reply.hangs ? all.slice(0, indexOfDelta(all) + 2) : all
  return {
    model,
    body: sent,
    events: sent.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    hangs: reply.hangs ?? false,
    usage: reply.hangs ? undefined : usage,
  }
}

const indexOfDelta = (events: readonly { readonly type: string }[]) =>
  events.findIndex(({ type }) => type === 'response.output_text.delta')

/** A response without its status, output and usage. */
function responseOf(asked: Json, model: string, number: number): Json {
  return {
    id: `resp_${number}`,
    object: 'response',
    created_at: CREATED,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: asked['instructions'] ?? null,
    max_output_tokens: null,
    metadata: {},
    model,
    parallel_tool_calls: true,
    previous_response_id: asked['previous_response_id'] ?? null,
    reasoning: asked['reasoning'] ?? { effort: null, summary: null },
    service_tier: 'default',
    store: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: asked['tools'] ?? [],
    top_p: 1,
    truncation: 'disabled',
  }
}

function itemsOf(asked: Json, reply: Reply, number: number): Item[] {
  const tools = (asked['tools'] ?? []) as readonly Json[]
  const items: Item[] = []
  if (tools.some((tool) => String(tool['type']).startsWith('web_search'))) {
    const action = { type: 'search', query: 'news from Lisbon' }
    items.push({ id: `ws_${number}`, type: 'web_search_call', status: 'completed', action })
  }
  if (reply.reasoning) {
    const summary = [{ type: 'summary_text', text: reply.reasoning }]
    items.push({ id: `rs_${number}`, type: 'reasoning', summary })
  }
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    items.push({
      id: `fc_${number}_${index + 1}`,
      type: 'function_call',
      status: 'completed',
      call_id: `call_${number}_${index + 1}`,
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    })
  }
  if (reply.text) {
    const content = [{ type: 'output_text', text: reply.text, annotations: [], logprobs: [] }]
    items.push({ id: `msg_${number}`, type: 'message', status: 'completed', role: 'assistant', content })
  }
  return items
}

/** The events of one output item. */
function eventsOf(item: Item, index: number): (Json & { type: string })[] {
  const place = { item_id: item.id, output_index: index }
  const begun = { ...item, ...EMPTY[item.type] }
  return [
    { type: 'response.output_item.added', output_index: index, item: begun },
    ...insideOf(item, place),
    { type: 'response.output_item.done', output_index: index, item },
  ]
}

/** What an item of a type is before its content has arrived. */
const EMPTY: Readonly<Record<string, Json>> = {
  message: { status: 'in_progress', content: [] },
  reasoning: { summary: [] },
  function_call: { status: 'in_progress', arguments: '' },
  web_search_call: { status: 'in_progress' },
}

function insideOf(item: Item, place: Json): (Json & { type: string })[] {
  if (item.type === 'function_call') {
    const type = 'response.function_call_arguments'
    return [
      { type: `${type}.delta`, ...place, delta: item['arguments'] },
      { type: `${type}.done`, ...place, arguments: item['arguments'] },
    ]
  }
  if (item.type === 'web_search_call') {
    return ['in_progress', 'searching', 'completed'].map((state) => ({
      type: `response.web_search_call.${state}`,
      ...place,
    }))
  }
  const isMessage = item.type === 'message'
  const [part] = item[isMessage ? 'content' : 'summary'] as [Json & { text: string }]
  const names = isMessage
    ? { part: 'response.content_part', text: 'response.output_text' }
    : { part: 'response.reasoning_summary_part', text: 'response.reasoning_summary_text' }
  const at = { ...place, [isMessage ? 'content_index' : 'summary_index']: 0 }
  const more = isMessage ? { logprobs: [] } : {}
  return [
    { type: `${names.part}.added`, ...at, part: { ...part, text: '' } },
    ...pieces(part.text).map((delta) => ({ type: `${names.text}.delta`, ...at, delta, ...more })),
    { type: `${names.text}.done`, ...at, text: part.text, ...more },
    { type: `${names.part}.done`, ...at, part },
  ]
}
