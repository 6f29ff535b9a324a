/** A conversation by Bedrock's InvokeModel with Claude: Anthropic's own requests and answers. */
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import { runTool, TOOLS } from '../../../conversation.ts'
import type { CaseRun } from '../../../program.ts'
import { CLAUDE } from './client.ts'
import type { ModelFormat } from './invoke.ts'

interface Block {
  readonly type: string
  readonly text?: string
  readonly id?: string
  readonly name?: string
}

interface Message {
  readonly role: string
  readonly content: string | readonly object[]
}

interface Answer {
  readonly content: readonly Block[]
}

/** What streamed events are read for. */
interface Event {
  readonly delta?: { readonly text?: string }
}

export const ANTHROPIC: ModelFormat<Message, Answer, Event> = {
  modelId: CLAUDE,
  user: (content) => ({ role: 'user', content }),
  picture: (text) => ({
    role: 'user',
    content: [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE_PNG_BASE64 } },
      { type: 'text', text },
    ],
  }),
  request: (run, messages) => ({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 4096,
    system: systemOf(run),
    ...(run.name === 'parallel-tools' && {
      tools: TOOLS.map(({ parameters, ...tool }) => ({ ...tool, input_schema: parameters })),
    }),
    ...(run.name === 'reasoning' && { thinking: { type: 'enabled', budget_tokens: 2048 } }),
    messages,
  }),
  async next({ content }) {
    const calls = content.filter((block) => block.type === 'tool_use')
    const results = calls.map(async ({ id, name }) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: await runTool(name ?? ''),
    }))
    const answered = { role: 'assistant', content }
    return calls.length === 0 ? [answered] : [answered, { role: 'user', content: await Promise.all(results) }]
  },
  text: (event) => event.delta?.text ?? '',
  spoken: (text) => ({ role: 'assistant', content: text }),
}

function systemOf({ name }: CaseRun): string | readonly object[] {
  if (name === 'cache') return [{ type: 'text', text: SYSTEM, cache_control: { type: 'ephemeral' } }]
  if (name !== 'cache-hour') return SYSTEM
  return [{ type: 'text', text: SYSTEM, cache_control: { type: 'ephemeral', ttl: '1h' } }]
}
