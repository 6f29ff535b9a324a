/** What applications do with LangChain. Each request passes its owner's name as input, so that every span shows it. */
import type { Modules, Request, Settings } from './settings.ts'

/** Runs one request of an owner. */
export type Answer = (request: Request) => Promise<unknown>

type Scenario = (modules: Modules) => Answer

const step = ({ RunnableLambda }: Modules) => RunnableLambda.from(async (text: string) => text)

/** A chain with a model between two steps: five spans under OpenInference's instrumentation. */
function chain(modules: Modules) {
  const model = new modules.FakeListChatModel({ responses: ['fine'] })
  return step(modules)
    .pipe((text: string) => [new modules.HumanMessage(text)])
    .pipe(model)
}

function agent(modules: Modules) {
  const { tool, z, FakeListChatModel, HumanMessage, StateGraph, Annotation, START, END } = modules
  const search = tool(async ({ owner }) => `found for ${owner}`, {
    name: 'search',
    description: 'searches',
    schema: z.object({ owner: z.string() }),
  })
  const State = Annotation.Root({ owner: Annotation<string>() })
  return new StateGraph(State)
    .addNode('model', async ({ owner }: { owner: string }) => {
      const model = new FakeListChatModel({ responses: [owner] })
      await model.invoke([new HumanMessage(owner)])
      return { owner }
    })
    .addNode('tools', async ({ owner }: { owner: string }) => {
      await search.invoke({ owner })
      return { owner }
    })
    .addEdge(START, 'model')
    .addEdge('model', 'tools')
    .addEdge('tools', END)
    .compile()
}

export const SCENARIOS = {
  chain: (modules) => {
    const runnable = chain(modules)
    return ({ owner, config }) => runnable.invoke(owner, config)
  },
  stream: (modules) => {
    const runnable = chain(modules)
    return async ({ owner, config }) => {
      for await (const _ of await runnable.stream(owner, config));
    }
  },
  langgraph: (modules) => {
    const graph = agent(modules)
    return ({ owner, config }) => graph.invoke({ owner }, config)
  },
  retry: (modules) => {
    const { RunnableLambda } = modules
    return ({ owner, config }) => {
      let attempts = 0
      const flaky = RunnableLambda.from(async (text: string) => {
        if (attempts++ === 0) throw new Error(`once for ${text}`)
        return text
      })
      return flaky.withRetry({ stopAfterAttempt: 2 }).pipe(step(modules)).invoke(owner, config)
    }
  },
  batch: (modules) => {
    const runnable = chain(modules)
    return ({ owner, config }) => runnable.batch([owner, `${owner} again`, `${owner} more`], config)
  },
} satisfies Record<Settings['scenario'], Scenario>
