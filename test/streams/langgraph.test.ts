import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { ChatOpenAI } from '@langchain/openai'
import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { keepsItsSession } from './contract.ts'
import { A, distinctSessionsOf, useTelemetry, work } from './support.ts'
import { byForAwait, byReader, collect } from './table/consumers.ts'
import { observedFetch, useModelServer } from './use-model-server.ts'

useTelemetry()
const server = useModelServer()

const State = Annotation.Root({ count: Annotation<number>, answer: Annotation<string> })

/** Two nodes, so that one runs after the consumer had the update of the other. */
function graph() {
  const configuration = { baseURL: server.baseURL, fetch: observedFetch }
  const model = new ChatOpenAI({ apiKey: 'none', model: 'local', maxRetries: 0, configuration })
  return new StateGraph(State)
    .addNode('counter', ({ count }) => {
      work('body')
      return { count: count + 1 }
    })
    .addNode('asker', async () => {
      work('body')
      return { answer: (await model.invoke('Count.')).text }
    })
    .addEdge(START, 'counter')
    .addEdge('counter', 'asker')
    .addEdge('asker', END)
    .compile()
}

const run = () => graph().stream({ count: 0 }, { streamMode: 'updates' })

const keptByItself = true
const cleansUp = false

keepsItsSession({
  name: "a LangGraph's stream, by for await",
  make: run,
  consume: byForAwait,
  keptByItself,
  cleansUp,
})
keepsItsSession({
  name: "a LangGraph's stream, by its reader",
  make: run,
  consume: byReader,
  keptByItself,
  cleansUp,
})

describe('a LangGraph stream that fn returns', () => {
  test('contains the updates of all nodes, and calls the model in the session', async () => {
    const updates = await collect(await usingSession(A, run))
    expect(updates).toEqual([{ counter: { count: 1 } }, { asker: { answer: 'one two three' } }])
    expect(distinctSessionsOf('request')).toEqual([A])
  })
})
