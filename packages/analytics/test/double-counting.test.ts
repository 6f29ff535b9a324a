import { describe, expect, it } from 'vitest'
import { DUPLICATES, RECORDED } from './recorded.ts'
import { recount, usageOf } from './recount.ts'

/** Recordings in which the application calls the tool itself and no span stands for the call. */
const CALLED_BY_HAND = new Set([
  'langfuse',
  'openai-openinference',
  'openai-opentelemetry',
  'openai-traceloop',
  'traceloop-sdk',
])

describe.each(Object.entries(RECORDED))('%s', (file, { framework, reported, spans }) => {
  const sessions = [...recount(spans).values()]
  const sum = (field: 'inputTokens' | 'outputTokens' | 'cachedInputTokens' | 'reasoningTokens') =>
    sessions.reduce((total, session) => total + session[field], 0)
  const extra = DUPLICATES[file] ?? { calls: 0, inputTokens: 0, outputTokens: 0 }

  it(`${framework}: the tokens are those that the model reported`, () => {
    expect({ input: sum('inputTokens'), output: sum('outputTokens') }).toEqual({
      input: reported.inputTokens + extra.inputTokens,
      output: reported.outputTokens + extra.outputTokens,
    })
  })

  it(`${framework}: the LLM calls are those that the model answered`, () => {
    const calls = sessions.reduce((total, { kinds }) => total + kinds.llm, 0)
    expect(calls).toBe(reported.calls + extra.calls)
  })

  it(`${framework}: the tool call counts once if the framework makes it`, () => {
    const tools = sessions.reduce((total, { kinds }) => total + kinds.tool, 0)
    expect(tools).toBe(CALLED_BY_HAND.has(file) ? 0 : 1)
  })
})

it.each(['ai-sdk-6', 'ai-sdk-7'])('%s: a sum over all spans would count each token twice', (file) => {
  const { reported, spans } = RECORDED[file] ?? expect.fail('not recorded')
  const all = spans.reduce((total, span) => total + (usageOf(span).inputTokens ?? 0), 0)
  expect(all).toBe(2 * reported.inputTokens)
})
