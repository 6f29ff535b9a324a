/** A conversation with an agent of Strands, which keeps the history, calls tools and traces itself. */
import {
  Agent,
  CachePointBlock,
  ImageBlock,
  Message,
  type Model,
  type SystemPrompt,
  TextBlock,
  tool,
} from '@strands-agents/sdk'
import { IMAGE_PNG_BASE64, SUMMARY, SYSTEM, TOOL_RESULTS } from '../../../cases.ts'
import { expectRateLimit, TOOLS } from '../../../conversation.ts'
import type { CaseRun } from '../../../program.ts'

/**
 * Holds the conversation of a case. Strands traces by the global tracer provider, without a switch.
 *
 * @param systemPrompt for models without points at which the cache begins
 */
export async function converseWithAgent(
  run: CaseRun,
  model: Model,
  systemPrompt = systemPromptOf(run),
): Promise<void> {
  const agent = new Agent({
    model,
    name: 'bookshop',
    systemPrompt,
    ...(run.name === 'parallel-tools' && { tools: TOOLS.map(toolOf) }),
    printer: false,
    // No retries: each call is one that the case describes.
    retryStrategy: null,
  })
  for (const [index, text] of run.turns.entries()) {
    if (run.name === 'compacted' && index === 2) {
      agent.messages = [new Message({ role: 'user', content: [new TextBlock(SUMMARY)] })]
    }
    const turn = run.turn(text, () => answer(run, agent, text))
    await (run.name === 'error' ? expectRateLimit(turn) : turn)
  }
}

function systemPromptOf({ name }: CaseRun): SystemPrompt {
  if (name === 'cache') return [new TextBlock(SYSTEM), new CachePointBlock({ cacheType: 'default' })]
  if (name !== 'cache-hour') return SYSTEM
  return [new TextBlock(SYSTEM), new CachePointBlock({ cacheType: 'default', ttl: '1h' })]
}

const toolOf = ({ name, description, parameters }: (typeof TOOLS)[number]) =>
  tool({
    name,
    description,
    inputSchema: parameters as never,
    callback: () => ({ ...TOOL_RESULTS[name as keyof typeof TOOL_RESULTS] }),
  })

async function answer(run: CaseRun, agent: Agent, text: string): Promise<void> {
  if (run.name === 'image') {
    const bytes = Buffer.from(IMAGE_PNG_BASE64, 'base64')
    await agent.invoke([new ImageBlock({ format: 'png', source: { bytes } }), new TextBlock(text)])
  } else if (run.name === 'streamed' || run.name === 'aborted') {
    for await (const event of agent.stream(text)) {
      const streamed = event.type === 'modelStreamUpdateEvent' ? event.event : undefined
      // The documented way to stop an agent.
      if (run.name === 'aborted' && streamed?.type === 'modelContentBlockDeltaEvent') agent.cancel()
    }
  } else {
    await agent.invoke(text)
  }
}
