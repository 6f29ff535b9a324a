import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import { type AIMessageChunk, type BaseMessage, HumanMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { concat } from '@langchain/core/utils/stream'
import { SUMMARY } from '../../../cases.ts'
import type { CaseRun } from '../../../program.ts'
import { humanMessage, type Provider, systemMessage } from './provider.ts'
import { TOOLS } from './tools.ts'

/** LangChain without a graph: a model and tools in the application's own loop, which is a chain. */
export async function holdByChain(provider: Provider, run: CaseRun): Promise<void> {
  const stop = new AbortController()
  const loop = createLoop(provider, run, stop)
  const system = systemMessage(provider, run)
  let history: BaseMessage[] = [system]
  for (const [index, text] of run.turns.entries()) {
    if (run.name === 'compacted' && index === 2) history = [system, new HumanMessage(SUMMARY)]
    const messages = [...history, humanMessage(provider, run, text)]
    await holdTurn(run, text, async () => {
      history = await loop.invoke(messages, { signal: stop.signal })
    })
  }
}

/** A turn that ends after LangChain's handlers, as it advises for serverless functions; fails where it is to fail. */
export async function holdTurn(run: CaseRun, text: string, answer: () => Promise<void>): Promise<void> {
  const fails = run.name === 'error' || run.name === 'aborted'
  const turn = run.turn(text, () => answer().finally(awaitAllCallbacks))
  const failed = await turn.then(
    () => false,
    (error: unknown) => {
      if (fails) return true
      throw error
    },
  )
  if (failed !== fails) throw new Error('the turn was to fail')
}

/** The provider's model, with the tools of the case. */
export function createModel(provider: Provider, run: CaseRun) {
  const model = provider.createModel(run)
  if (run.name === 'parallel-tools') return model.bindTools?.(TOOLS) ?? model
  if (run.name === 'tool-use-prompt') return model.bindTools?.([provider.search]) ?? model
  return model
}

/** Asks until no tool is called. Returns the history with all new messages. */
function createLoop(provider: Provider, run: CaseRun, stop: AbortController) {
  const model = createModel(provider, run)
  const streamed = run.name === 'streamed' || run.name === 'aborted'
  return RunnableLambda.from(async (messages: BaseMessage[], config): Promise<BaseMessage[]> => {
    const history = [...messages]
    for (;;) {
      const answer = streamed
        ? await join(await model.stream(history, config), () => {
            if (run.name === 'aborted') stop.abort()
          })
        : await model.invoke(history, config)
      history.push(answer)
      if (!answer.tool_calls?.length) return history
      const results = answer.tool_calls.map((call) => {
        const called = TOOLS.find(({ name }) => name === call.name)
        if (!called) throw new Error(`no tool is called ${call.name}`)
        return called.invoke({ ...call, type: 'tool_call' as const }, config)
      })
      history.push(...(await Promise.all(results)))
    }
  }).withConfig({ runName: 'bookshop' })
}

async function join(chunks: AsyncIterable<AIMessageChunk>, onWords: () => void): Promise<AIMessageChunk> {
  let whole: AIMessageChunk | undefined
  for await (const chunk of chunks) {
    whole = whole ? concat(whole, chunk) : chunk
    if (whole.text) onWords()
  }
  if (!whole) throw new Error('the stream was empty')
  return whole
}
