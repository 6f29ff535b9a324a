/** Anthropic's messages: https://docs.anthropic.com/en/api/messages. Bedrock gives them likewise. */
import type { ProviderUsage, Reply } from '../../cases.ts'
import type { Json } from '../http.ts'

/** What differs where the model is run. */
export interface Host {
  readonly id: string
  readonly model: string
  /** The usage says how much of the output was thinking. */
  readonly countsThinking: boolean
}

/** An answer that is not streamed. */
export function messageOf(reply: Reply, number: number, host: Host) {
  return {
    id: host.id,
    type: 'message',
    role: 'assistant',
    model: host.model,
    content: contentOf(reply, number),
    stop_reason: stopReasonOf(reply),
    stop_sequence: null,
    usage: usageOf(reply.usage, host),
  }
}

/** Why the model stopped, as Anthropic names it. */
export const stopReasonOf = (reply: Reply) => (reply.toolCalls ? 'tool_use' : 'end_turn')

/** The blocks of an answer: thinking, a search of the web, text, calls of tools. */
export function contentOf(reply: Reply, number: number): Json[] {
  const { reasoning, text, toolCalls = [], usage } = reply
  return [
    ...(reasoning ? [{ type: 'thinking', thinking: reasoning, signature: SIGNATURE }] : []),
    ...(usage.toolUsePrompt ? webSearch(number) : []),
    ...(text ? [{ type: 'text', text }] : []),
    ...toolCalls.map((call, index) => ({
      type: 'tool_use',
      id: `toolu_${number}_${index + 1}`,
      name: call.name,
      input: call.arguments,
    })),
  ]
}

const SIGNATURE = Buffer.from('signature of a thought').toString('base64')

/** The server's own tool, whose results are input that Anthropic does not count apart. */
function webSearch(number: number): Json[] {
  const id = `srvtoolu_${number}`
  const result = {
    type: 'web_search_result',
    url: 'https://example.com/lisbon',
    title: 'News of Lisbon',
    encrypted_content: Buffer.from('A new library has opened.').toString('base64'),
    page_age: null,
  }
  return [
    { type: 'server_tool_use', id, name: 'web_search', input: { query: 'news Lisbon' } },
    { type: 'web_search_tool_result', tool_use_id: id, content: [result] },
  ]
}

/** Anthropic's way: the input excludes what was read from a cache and written to one; the output includes thinking. */
export function usageOf(usage: ProviderUsage, { countsThinking }: Host) {
  const { input, cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0, output, reasoning = 0 } = usage
  return {
    input_tokens: input - cacheRead - cacheWrite - cacheWriteHour,
    cache_creation_input_tokens: cacheWrite + cacheWriteHour,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite,
      ephemeral_1h_input_tokens: cacheWriteHour,
    },
    output_tokens: output,
    ...(countsThinking && { output_tokens_details: { thinking_tokens: reasoning } }),
    ...(usage.toolUsePrompt && { server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 } }),
    service_tier: 'standard',
  }
}

/** What that usage says in our terms: the results of the server's own tools are input like any other. */
export function reportedUsage(usage: ProviderUsage, { countsThinking }: Host): ProviderUsage {
  const { toolUsePrompt: _, reasoning, ...rest } = usage
  return { ...rest, ...(countsThinking && reasoning && { reasoning }) }
}
