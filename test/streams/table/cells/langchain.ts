import { IterableReadableStream } from '@langchain/core/utils/stream'
import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { ChatOpenAI } from '@langchain/openai'
import { wordsInTime } from '../bodies.ts'
import { type Cell, cells, type Each, KEPT } from '../cell.ts'
import { byForAwait, byReader } from '../consumers.ts'
import { modelURL, observedFetch } from '../model-server.ts'
import { bodyIsWaiting, work } from '../telemetry.ts'

function model() {
  const configuration = { baseURL: modelURL(), fetch: observedFetch }
  return new ChatOpenAI({ apiKey: 'none', model: 'local', maxRetries: 0, configuration })
}

const State = Annotation.Root({ count: Annotation<number>, answer: Annotation<string> })

/** Two nodes, so that one runs after the consumer had the update of the other. */
const graph = () =>
  new StateGraph(State)
    .addNode('counter', ({ count }) => {
      work('body')
      return { count: count + 1 }
    })
    .addNode('asker', async () => {
      work('body')
      return { answer: (await model().invoke('Count.')).text }
    })
    .addEdge(START, 'counter')
    .addEdge('counter', 'asker')
    .addEdge('asker', END)
    .compile()

type Made = Promise<IterableReadableStream<unknown>>

const WAYS = {
  'by for await': async (made: Made, each: Each) => byForAwait(await made, each),
  'by its reader': async (made: Made, each: Each) => byReader(await made, each),
  '`pipeTo`': async (made: Made, each: Each) => {
    const stream = await made
    await bodyIsWaiting()
    await stream.pipeTo(new WritableStream({ write: () => void each() }))
  },
  '`tee`': async (made: Made, each: Each) => {
    const stream = await made
    await bodyIsWaiting()
    await Promise.all(stream.tee().map((branch) => byReader(branch, each)))
  },
}

const of = async (generator: AsyncGenerator<string>) => IterableReadableStream.fromAsyncGenerator(generator)

export const LANGCHAIN: Cell[] = [
  ...cells<Made>("LangChain's `IterableReadableStream`", (bind) => bind(of(wordsInTime())), WAYS, KEPT),
  ...cells<Made>("LangChain's `model.stream()`", (bind) => bind(model().stream('Count.')), WAYS, KEPT),
  ...cells<Made>(
    "LangGraph's `graph.stream()`",
    (bind) => bind(graph().stream({ count: 0 }, { streamMode: 'updates' }) as Made),
    WAYS,
    KEPT,
  ),
]
