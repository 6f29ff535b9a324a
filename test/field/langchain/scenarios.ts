// What applications do with LangChain. The owner is in every input, because spans of LangChain show nothing else.
import { trace } from '@opentelemetry/api'
import type { Modules } from './modules.ts'

/** What is passed to one run. */
interface Config {
  readonly metadata?: Readonly<Record<string, string>>
  readonly callbacks?: object[]
  readonly tags?: string[]
}

/** Answers an owner. */
export type Answer = (owner: string, config: Config) => Promise<unknown>

/** The owner in the attributes of a span. */
export const OWNER_IN_INPUT = /<(owner_\d+)>/

const textOf = (owner: string): string => `asked by <${owner}>`

/** A chain with a model: four spans. */
export function chain(modules: Modules): Answer {
  const runnable = chainOf(modules)
  return (owner, config) => runnable.invoke(textOf(owner), config)
}

function chainOf({ RunnableLambda, HumanMessage, FakeListChatModel }: Modules) {
  return RunnableLambda.from(async (text: string) => text)
    .pipe((text: string) => [new HumanMessage(text)])
    .pipe(new FakeListChatModel({ responses: ['fine'] }))
}

export function stream(modules: Modules): Answer {
  const runnable = chainOf(modules)
  return async (owner, config) => {
    for await (const _ of await runnable.stream(textOf(owner), config));
  }
}

export function batch(modules: Modules): Answer {
  const runnable = chainOf(modules)
  return (owner, config) => runnable.batch([textOf(owner), `${textOf(owner)} again`], config)
}

/** The first attempt fails. */
export function retry({ RunnableLambda }: Modules): Answer {
  return (owner, config) => {
    let attempts = 0
    const flaky = RunnableLambda.from(async (text: string) => {
      if (attempts++ === 0) throw new Error(`${text}: once`)
      return text
    })
    return flaky.withRetry({ stopAfterAttempt: 2 }).invoke(textOf(owner), config)
  }
}

/** An agent in LangGraph: a model, then a tool. */
export function langgraph(modules: Modules): Answer {
  const { tool, z, FakeListChatModel, HumanMessage, StateGraph, Annotation, START, END } = modules
  const search = tool(async ({ text }) => text, {
    name: 'search',
    description: 'searches',
    schema: z.object({ text: z.string() }),
  })
  const graph = new StateGraph(Annotation.Root({ text: Annotation<string>() }))
    .addNode('model', async ({ text }: { text: string }) => {
      await new FakeListChatModel({ responses: ['fine'] }).invoke([new HumanMessage(text)])
      return { text }
    })
    .addNode('tools', async ({ text }: { text: string }) => {
      await search.invoke({ text })
      return { text }
    })
    .addEdge(START, 'model')
    .addEdge('model', 'tools')
    .addEdge('tools', END)
    .compile()
  return (owner, config) => graph.invoke({ text: textOf(owner) }, config)
}

/** Requests of a model that sends one at a time. */
export function waiting({ caller }: Modules): Answer {
  const requests = new caller.AsyncCaller({ maxConcurrency: 1 })
  return (owner) =>
    requests.call(async () => {
      trace
        .getTracer('http')
        .startSpan('request', { attributes: { asked: textOf(owner) } })
        .end()
    })
}
