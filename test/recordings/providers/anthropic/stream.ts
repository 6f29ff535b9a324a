/** The events of a streamed message: https://docs.anthropic.com/en/docs/build-with-claude/streaming */
import type { Reply } from '../../cases.ts'
import { type Json, pieces } from '../http.ts'
import { contentOf, type Host, messageOf, stopReasonOf, usageOf } from './message.ts'

/** A stream that hangs begins with its input usage and first words, and never says what its output was. */
export function eventsOf(reply: Reply, number: number, host: Host): Json[] {
  const { cache_creation, service_tier, ...sums } = usageOf(reply.usage, host)
  const { output_tokens_details, server_tool_use, ...known } = sums
  const start = {
    ...messageOf(reply, number, host),
    content: [],
    stop_reason: null,
    // The first event has one output token, as a placeholder.
    usage: { ...known, cache_creation, output_tokens: 1, service_tier },
  }
  const blocks = contentOf(reply, number).flatMap(eventsOfBlock)
  const begun = [{ type: 'message_start', message: start }, ...blocks.slice(0, 1), { type: 'ping' }]
  // Two words.
  if (reply.hangs) return [...begun, ...blocks.slice(1, 3)]
  return [
    ...begun,
    ...blocks.slice(1),
    {
      type: 'message_delta',
      delta: { stop_reason: stopReasonOf(reply), stop_sequence: null },
      // Sums of the whole message, without the lifetimes of what was written to a cache.
      usage: sums,
    },
    { type: 'message_stop' },
  ]
}

function eventsOfBlock(block: Json, index: number): Json[] {
  const { start, deltas } = piecesOf(block)
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
}

/** A block without its content, and the content in pieces. */
function piecesOf(block: Json): { readonly start: Json; readonly deltas: readonly Json[] } {
  switch (block['type']) {
    case 'text': {
      const deltas = pieces(String(block['text'])).map((text) => ({ type: 'text_delta', text }))
      return { start: { type: 'text', text: '' }, deltas }
    }
    case 'thinking': {
      const words = pieces(String(block['thinking'])).map((thinking) => ({
        type: 'thinking_delta',
        thinking,
      }))
      const signature = { type: 'signature_delta', signature: block['signature'] }
      return { start: { type: 'thinking', thinking: '', signature: '' }, deltas: [...words, signature] }
    }
    case 'tool_use':
    case 'server_tool_use': {
      const json = JSON.stringify(block['input'])
      const parts = ['', json.slice(0, 5), json.slice(5)]
      const deltas = parts.map((partial_json) => ({ type: 'input_json_delta', partial_json }))
      return { start: { ...block, input: {} }, deltas }
    }
    default:
      return { start: block, deltas: [] }
  }
}
