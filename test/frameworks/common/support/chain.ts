import { type BaseMessage, HumanMessage } from '@langchain/core/messages'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { RunnableLambda } from '@langchain/core/runnables'
import type { Places, Turn } from '../../program.ts'
import { createModel, createTool } from './langchain.ts'

/** LangChain's metadata of a run, which every nested run inherits. */
type Metadata = Readonly<Record<string, string>>

/** LangChain without a graph: a model and a tool in the application's own loop, and a streamed chain. */
export function createChain(places: Places) {
  const track = createTool(places)
  const model = createModel(places, track)
  const loop = RunnableLambda.from(async (text: string, config) => {
    const messages: BaseMessage[] = [new HumanMessage(text)]
    for (;;) {
      const message = await model.invoke(messages, config)
      if (!message.tool_calls?.length) return message.text
      messages.push(message)
      for (const call of message.tool_calls) {
        messages.push(await track.invoke({ ...call, type: 'tool_call' as const }, config))
      }
    }
  })
  const chain = model.pipe(new StringOutputParser())
  return {
    answer: async ({ text, stream }: Turn, metadata: Metadata): Promise<string | AsyncIterable<string>> =>
      stream ? chain.stream([new HumanMessage(text)], { metadata }) : loop.invoke(text, { metadata }),
  }
}
