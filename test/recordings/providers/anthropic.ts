/**
 * Anthropic's Messages API. Its way of counting: `input_tokens` excludes what was read from a cache and written to one,
 * `output_tokens` includes thinking, and there is no total.
 */
import type { Reply } from '../cases.ts'
import { type Host, messageOf, reportedUsage } from './anthropic/message.ts'
import { eventsOf } from './anthropic/stream.ts'
import { type Answer, type Json, startServer } from './http.ts'
import type { StartProvider } from './provider.ts'

/** Starts a server of Anthropic's API. */
export const startAnthropic: StartProvider = (replies) =>
  startServer('anthropic', replies, (path, asked, reply, number) =>
    path === '/v1/messages' ? answerMessage(asked, reply, number) : undefined,
  )

function answerMessage(asked: Json, reply: Reply, number: number): Answer {
  const host: Host = { id: `msg_${number}`, model: datedModel(asked['model']), countsThinking: true }
  const { model } = host
  if (reply.error !== undefined) return errorAnswer(model, reply.error)
  const usage = reportedUsage(reply.usage, host)
  if (asked['stream'] !== true) return { model, body: messageOf(reply, number, host), usage }
  const body = eventsOf(reply, number, host)
  return {
    model,
    body,
    events: body.map((event) => `event: ${event['type']}\ndata: ${JSON.stringify(event)}\n\n`),
    hangs: reply.hangs ?? false,
    // What the output was is said at the end.
    usage: reply.hangs ? undefined : usage,
  }
}

/** An alias is answered by the version it stands for. */
const datedModel = (model: unknown) =>
  model === 'claude-sonnet-4-5' ? 'claude-sonnet-4-5-20250929' : String(model)

function errorAnswer(model: string, status: number): Answer {
  const error = {
    type: status === 429 ? 'rate_limit_error' : 'api_error',
    message: "This request would exceed your organization's rate limit.",
  }
  return { status, model, body: { type: 'error', error, request_id: 'req_1' } }
}
