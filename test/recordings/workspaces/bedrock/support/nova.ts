/** A conversation by Bedrock's InvokeModel with Amazon Nova: its own requests and answers. */
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import { runTool, TOOLS } from '../../../conversation.ts'
import { NOVA } from './client.ts'
import type { ModelFormat } from './invoke.ts'

interface Block {
  readonly text?: string
  readonly toolUse?: { readonly toolUseId: string; readonly name: string }
}

interface Message {
  readonly role: string
  readonly content: readonly object[]
}

interface Answer {
  readonly output: { readonly message: { readonly role: string; readonly content: readonly Block[] } }
}

/** What streamed events are read for. */
interface Event {
  readonly contentBlockDelta?: { readonly delta?: { readonly text?: string } }
}

export const AMAZON_NOVA: ModelFormat<Message, Answer, Event> = {
  modelId: NOVA,
  user: (text) => ({ role: 'user', content: [{ text }] }),
  picture: (text) => ({
    role: 'user',
    content: [{ image: { format: 'png', source: { bytes: IMAGE_PNG_BASE64 } } }, { text }],
  }),
  request: (run, messages) => ({
    schemaVersion: 'messages-v1',
    system: [{ text: SYSTEM, ...(run.name === 'cache' && { cachePoint: { type: 'default' } }) }],
    ...(run.name === 'parallel-tools' && { toolConfig: { tools: TOOLS.map(toolOf) } }),
    inferenceConfig: { maxTokens: 4096 },
    messages,
  }),
  async next({ output: { message } }) {
    const calls = message.content.flatMap(({ toolUse }) => (toolUse ? [toolUse] : []))
    const results = calls.map(async ({ toolUseId, name }) => ({
      toolResult: { toolUseId, content: [{ text: await runTool(name) }] },
    }))
    return calls.length === 0 ? [message] : [message, { role: 'user', content: await Promise.all(results) }]
  },
  text: (event) => event.contentBlockDelta?.delta?.text ?? '',
  spoken: (text) => ({ role: 'assistant', content: [{ text }] }),
}

const toolOf = ({ name, description, parameters }: (typeof TOOLS)[number]) => ({
  toolSpec: { name, description, inputSchema: { json: parameters } },
})
