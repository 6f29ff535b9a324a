/** A conversation by Bedrock's Converse with Claude, with a hand-written loop of tool calls. */
import type {
  BedrockRuntimeClient,
  ConverseCommandInput,
  Message,
  Tool,
} from '@aws-sdk/client-bedrock-runtime'
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import { converse, runTool, TOOLS } from '../../../conversation.ts'
import type { CaseRun, Family } from '../../../program.ts'
import { type Bedrock, CLAUDE, isStreamed, newClient, unlessAborted } from './client.ts'

type Request = Omit<ConverseCommandInput, 'messages'>

/** Cases that Converse has no form for. */
export const CONVERSE_CANNOT = {
  'tool-use-prompt': 'Bedrock runs no tool of its own for Claude.',
  embedding: 'Converse has no embeddings.',
} satisfies Family['cannot']

/** Holds the conversation of a case. */
export async function converseWithClaude(run: CaseRun, bedrock: Bedrock): Promise<void> {
  const client = newClient(bedrock, run)
  const request = requestOf(run)
  await converse<Message>(run, {
    user: (text) => ({ role: 'user', content: [{ text }] }),
    picture: (text) => {
      const bytes = Buffer.from(IMAGE_PNG_BASE64, 'base64')
      return { role: 'user', content: [{ image: { format: 'png', source: { bytes } } }, { text }] }
    },
    answer: (history) =>
      isStreamed(run)
        ? stream(run, bedrock, client, request, history)
        : answer(bedrock, client, request, history),
  })
}

function requestOf({ name }: CaseRun): Request {
  const system = { text: SYSTEM }
  const request = { modelId: CLAUDE, system: [system], inferenceConfig: { maxTokens: 4096 } }
  switch (name) {
    case 'cache':
      return { ...request, system: [system, { cachePoint: { type: 'default' } }] }
    case 'cache-hour':
      return { ...request, system: [system, { cachePoint: { type: 'default', ttl: '1h' } }] }
    case 'parallel-tools':
      return { ...request, toolConfig: { tools: TOOLS.map(toolOf) } }
    case 'reasoning':
      return {
        ...request,
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } },
      }
    default:
      return request
  }
}

const toolOf = ({ name, description, parameters }: (typeof TOOLS)[number]): Tool => ({
  toolSpec: { name, description, inputSchema: { json: parameters } },
})

async function answer(
  bedrock: Bedrock,
  client: BedrockRuntimeClient,
  request: Request,
  history: Message[],
): Promise<void> {
  for (;;) {
    const { output } = await client.send(new bedrock.ConverseCommand({ ...request, messages: [...history] }))
    const message = output?.message
    if (message === undefined) throw new Error('the answer has no message')
    history.push(message)
    const calls = (message.content ?? []).flatMap(({ toolUse }) => (toolUse ? [toolUse] : []))
    if (calls.length === 0) return
    const results = calls.map(async ({ toolUseId, name }) => ({
      toolResult: { toolUseId, content: [{ text: await runTool(name ?? '') }] },
    }))
    history.push({ role: 'user', content: await Promise.all(results) })
  }
}

async function stream(
  run: CaseRun,
  bedrock: Bedrock,
  client: BedrockRuntimeClient,
  request: Request,
  history: Message[],
): Promise<void> {
  const controller = new AbortController()
  const command = new bedrock.ConverseStreamCommand({ ...request, messages: [...history] })
  const answered = await client.send(command, { abortSignal: controller.signal })
  const read = async (): Promise<string> => {
    let text = ''
    for await (const event of answered.stream ?? []) {
      text += event.contentBlockDelta?.delta?.text ?? ''
      if (run.name === 'aborted' && text) controller.abort()
    }
    return text
  }
  const text = await unlessAborted(controller.signal, read)
  history.push({ role: 'assistant', content: [{ text }] })
}
