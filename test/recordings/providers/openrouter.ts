/**
 * OpenRouter: chat completions in OpenAI's protocol, always with usage and its cost in USD.
 * https://openrouter.ai/docs/use-cases/usage-accounting
 */
import type { ProviderUsage, Reply } from '../cases.ts'
import { type Answer, type Json, startServer } from './http.ts'
import { chatAnswer } from './openai/chat.ts'
import type { StartProvider } from './provider.ts'

/** List price of `anthropic/claude-sonnet-4.5`, in USD for a million tokens. */
const PRICE = { input: 3, cacheRead: 0.3, cacheWrite: 3.75, cacheWriteHour: 6, output: 15 }

/** Starts a server of OpenRouter's API. */
export const startOpenRouter: StartProvider = (replies) =>
  startServer('openrouter', replies, (path, asked, reply, number) =>
    path === '/api/v1/chat/completions' ? answer(asked, reply, number) : undefined,
  )

function answer(asked: Json, reply: Reply, number: number): Answer {
  const { input, output, cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0, reasoning = 0 } = reply.usage
  const reported: ProviderUsage = { input, output, cacheRead, cacheWrite, cacheWriteHour, reasoning }
  const prompt = promptCost(reported)
  const completion = dollars(output, PRICE.output)
  const cost = round(prompt + completion)
  return chatAnswer(asked, reply, number, {
    model: String(asked['model']),
    id: `gen-${number}`,
    fields: { provider: 'Anthropic' },
    message: reply.reasoning === undefined ? undefined : reasoningOf(reply.reasoning),
    usage: {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      cost,
      is_byok: false,
      prompt_tokens_details: {
        cached_tokens: cacheRead,
        cache_write_tokens: cacheWrite + cacheWriteHour,
        audio_tokens: 0,
      },
      cost_details: {
        upstream_inference_cost: null,
        upstream_inference_prompt_cost: round(prompt),
        upstream_inference_completions_cost: round(completion),
      },
      completion_tokens_details: { reasoning_tokens: reasoning, image_tokens: 0 },
    },
    reported,
    cost,
    alwaysUsage: true,
  })
}

const dollars = (tokens: number, price: number) => (tokens * price) / 1e6

/** To a millionth of a cent, without the noise of binary fractions. */
const round = (cost: number) => Number(cost.toFixed(8))

function promptCost({ input, cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0 }: ProviderUsage): number {
  return (
    dollars(input - cacheRead - cacheWrite - cacheWriteHour, PRICE.input) +
    dollars(cacheRead, PRICE.cacheRead) +
    dollars(cacheWrite, PRICE.cacheWrite) +
    dollars(cacheWriteHour, PRICE.cacheWriteHour)
  )
}

function reasoningOf(text: string): Json {
  const detail = { type: 'reasoning.text', text, format: 'anthropic-claude-v1', index: 0, signature: 'c2ln' }
  return { reasoning: text, reasoning_details: [detail] }
}
