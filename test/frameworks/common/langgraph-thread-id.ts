import { END, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import type { Places } from '../program.ts'
import { createModel, createTool, langchainProgram } from './support/langchain.ts'

/** The session as the `thread_id` that LangGraph needs for its memory. */
export const program = langchainProgram((places) => {
  const graph = createGraph(places)
  return {
    async answer({ text, sessionId, stream }) {
      const input = { messages: [{ role: 'user', content: text }] }
      const config = { configurable: { thread_id: sessionId } }
      if (!stream) return (await graph.invoke(input, config)).messages.at(-1)?.text ?? ''
      return textOf(await graph.stream(input, { ...config, streamMode: 'messages' }))
    },
  }
})

function createGraph(places: Places) {
  const track = createTool(places)
  const model = createModel(places, track)
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode([track]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', toolsCondition, ['tools', END])
    .addEdge('tools', 'model')
    .compile({ checkpointer: new MemorySaver() })
}

async function* textOf(
  stream: AsyncIterable<[{ text: string }, unknown]>,
): AsyncGenerator<string, void, undefined> {
  for await (const [message] of stream) if (message.text) yield message.text
}
