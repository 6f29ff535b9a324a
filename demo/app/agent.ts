import { tool } from '@langchain/core/tools'
import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'

export type Agent = ReturnType<typeof createAgent>

/** A LangGraph agent: a model, a tool that calls another service over HTTP, and a memory per thread. */
export function createAgent(modelUrl: string, toolUrl: string) {
  const trackOrder = tool(
    async ({ order }) => {
      const response = await fetch(`${toolUrl}/orders/${order}`)
      return response.text()
    },
    {
      name: 'track_order',
      description: 'Says where a parcel is and when it arrives',
      schema: z.object({ order: z.string() }),
    },
  )
  const model = new ChatOpenAI({
    model: 'demo-model',
    apiKey: 'local',
    maxRetries: 0,
    configuration: { baseURL: modelUrl, maxRetries: 0 },
  }).bindTools([trackOrder])

  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode([trackOrder]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', toolsCondition, ['tools', END])
    .addEdge('tools', 'model')
    .compile({ checkpointer: new MemorySaver() })
}

/** LangGraph needs `thread_id` for its memory; LangChain also writes it to every run's metadata. */
export async function ask(agent: Agent, threadId: string, text: string): Promise<string> {
  const { messages } = await agent.invoke(
    { messages: [{ role: 'user', content: text }] },
    { configurable: { thread_id: threadId } },
  )
  return messages.at(-1)?.text ?? ''
}
