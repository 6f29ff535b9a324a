/** A LangGraph agent without session code: a model, a tool, and a memory for each thread. */
import { tool } from '@langchain/core/tools'
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'

const trackOrder = tool(async ({ order }) => `${order} is in Leipzig and arrives on Monday`, {
  name: 'track_order',
  description: 'Says where a parcel is and when it arrives',
  schema: z.object({ order: z.string() }),
})
const model = new ChatOpenAI({ model: 'gpt-5-mini' }).bindTools([trackOrder])

const agent = new StateGraph(MessagesAnnotation)
  .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addNode('tools', new ToolNode([trackOrder]))
  .addEdge(START, 'model')
  .addConditionalEdges('model', toolsCondition, ['tools', END])
  .addEdge('tools', 'model')
  .compile({ checkpointer: new MemorySaver() })

export async function ask(thread: string, text: string): Promise<string> {
  const { messages } = await agent.invoke(
    { messages: [{ role: 'user', content: text }] },
    { configurable: { thread_id: thread } },
  )
  return messages.at(-1)?.text ?? ''
}
