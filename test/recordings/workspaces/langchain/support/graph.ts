import { type BaseMessage, HumanMessage, RemoveMessage } from '@langchain/core/messages'
import {
  END,
  MemorySaver,
  MessagesAnnotation,
  REMOVE_ALL_MESSAGES,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { SUMMARY } from '../../../cases.ts'
import type { CaseRun } from '../../../program.ts'
import { createModel, holdTurn } from './chain.ts'
import { humanMessage, type Provider, systemMessage } from './provider.ts'
import { TOOLS } from './tools.ts'

/** LangGraph keeps the history under its thread. */
export async function holdByGraph(provider: Provider, run: CaseRun): Promise<void> {
  const graph = createGraph(provider, run)
  const configurable = { thread_id: 'user_ada_conv_1' }
  const stop = new AbortController()
  for (const [index, text] of run.turns.entries()) {
    if (run.name === 'compacted' && index === 2) {
      const messages = [new RemoveMessage({ id: REMOVE_ALL_MESSAGES }), new HumanMessage(SUMMARY)]
      await graph.updateState({ configurable }, { messages })
    }
    const input = { messages: [humanMessage(provider, run, text)] }
    await holdTurn(run, text, async () => {
      if (run.name === 'streamed' || run.name === 'aborted') {
        const config = { configurable, signal: stop.signal, streamMode: 'messages' as const }
        for await (const [message] of await graph.stream(input, config)) {
          if (message.text && run.name === 'aborted') stop.abort()
        }
      } else await graph.invoke(input, { configurable })
    })
  }
}

function createGraph(provider: Provider, run: CaseRun) {
  const model = createModel(provider, run)
  const system: BaseMessage = systemMessage(provider, run)
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke([system, ...messages])] }))
    .addNode('tools', new ToolNode(TOOLS))
    .addEdge(START, 'model')
    .addConditionalEdges('model', toolsCondition, ['tools', END])
    .addEdge('tools', 'model')
    .compile({ checkpointer: new MemorySaver() })
}
