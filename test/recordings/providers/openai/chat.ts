/** Chat completions: https://platform.openai.com/docs/api-reference/chat */
import type { ProviderUsage, Reply, ToolCall } from '../../cases.ts'
import { type Answer, type Json, pieces } from '../http.ts'
import { CREATED, datedModel } from './models.ts'

/** What differs at a provider that speaks this protocol. */
export interface ChatVariant {
  readonly model: string
  readonly id: string
  /** Fields of the answer beside OpenAI's. */
  readonly fields?: Json
  /** Fields of the message beside OpenAI's; of a stream, of a delta before the text. */
  readonly message?: Json | undefined
  readonly usage: Json
  /** The usage as the provider reports it. */
  readonly reported: ProviderUsage
  readonly cost?: number
  /** The stream reports its usage even if the request did not ask for it. */
  readonly alwaysUsage?: boolean
}

/** OpenAI's own answer to a chat completion, plain or streamed. */
export function answerChat(asked: Json, reply: Reply, number: number): Answer {
  const reported = openaiUsage(reply.usage)
  return chatAnswer(asked, reply, number, {
    model: datedModel(asked['model']),
    id: `chatcmpl-${number}`,
    usage: {
      prompt_tokens: reported.input,
      completion_tokens: reported.output,
      total_tokens: reported.input + reported.output,
      prompt_tokens_details: { cached_tokens: reported.cacheRead, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: reported.reasoning,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    reported,
    fields: { service_tier: 'default', system_fingerprint: 'fp_1' },
  })
}

/** OpenAI reports no writes to a cache and no tool-use prompts: they are plain input. */
export function openaiUsage({ input, output, cacheRead = 0, reasoning = 0 }: ProviderUsage) {
  return { input, output, cacheRead, reasoning }
}

/** An answer in OpenAI's protocol. */
export function chatAnswer(asked: Json, reply: Reply, number: number, variant: ChatVariant): Answer {
  if (reply.error !== undefined) return errorAnswer(variant.model, reply.error)
  if (asked['stream'] === true) return streamed(asked, reply, number, variant)
  const { id, model, fields, usage, reported, cost } = variant
  const message = {
    role: 'assistant',
    content: reply.text ?? null,
    ...(reply.toolCalls && { tool_calls: toolCallsOf(reply.toolCalls, number) }),
    refusal: null,
    ...variant.message,
  }
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason(reply) }
  const body = { id, object: 'chat.completion', created: CREATED, model, choices: [choice], usage, ...fields }
  return { model, body, usage: reported, cost }
}

/** The error of a rate limit, and any other status likewise. */
export function errorAnswer(model: string, status: number): Answer {
  const error = {
    message: 'Rate limit reached for requests',
    type: 'requests',
    param: null,
    code: 'rate_limit_exceeded',
  }
  return { status, model, body: { error } }
}

function streamed(asked: Json, reply: Reply, number: number, variant: ChatVariant): Answer {
  const options = asked['stream_options'] as Json | undefined
  const withUsage = variant.alwaysUsage === true || options?.['include_usage'] === true
  const { id, model, fields, usage, reported, cost } = variant
  const chunk = (choices: readonly unknown[], ofChunk: unknown = null) => ({
    id,
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    ...fields,
    choices,
    ...(withUsage && { usage: ofChunk }),
  })
  const delta = (change: Json, finish: string | null = null) =>
    chunk([{ index: 0, delta: change, logprobs: null, finish_reason: finish }])
  const words = pieces(reply.text ?? '')
  const chunks = [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...(variant.message ? [delta(variant.message)] : []),
    ...(reply.hangs ? words.slice(0, 2) : words).map((content) => delta({ content })),
    ...(reply.hangs
      ? []
      : [
          ...toolCallsOf(reply.toolCalls ?? [], number).map((call, index) =>
            delta({ tool_calls: [{ index, ...call }] }),
          ),
          delta({}, finishReason(reply)),
          ...(withUsage ? [chunk([], usage)] : []),
        ]),
  ]
  const reports = withUsage && !reply.hangs
  return {
    model,
    body: chunks,
    events: [
      ...chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`),
      ...(reply.hangs ? [] : ['data: [DONE]\n\n']),
    ],
    hangs: reply.hangs ?? false,
    usage: reports ? reported : undefined,
    cost: reports ? cost : undefined,
  }
}

const finishReason = (reply: Reply) => (reply.toolCalls ? 'tool_calls' : 'stop')

function toolCallsOf(calls: readonly ToolCall[], number: number) {
  return calls.map((call, index) => ({
    id: `call_${number}_${index + 1}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
}
