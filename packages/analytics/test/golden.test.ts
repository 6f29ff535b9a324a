import { describe, expect, it } from 'vitest'
import type { SpanUsage } from '../src/usage/span-usage.ts'
import { RECORDED } from './recorded.ts'
import { usageOf } from './recount.ts'

type Expected = Partial<SpanUsage>

const MODEL = 'demo-model'
const FIRST: Expected = { model: MODEL, inputTokens: 7, outputTokens: 10, totalTokens: 17 }
const CACHED: Expected = { cachedInputTokens: 2 }
const REASONED: Expected = { ...CACHED, reasoningTokens: 2 }
const TOOL: Expected = { kind: 'tool' }
const OTHER: Expected = { kind: 'other' }

/** By recording: the first span of each name, with all its values. */
const GOLDEN: Readonly<Record<string, Readonly<Record<string, Expected>>>> = {
  'langchain-openinference': {
    ChatOpenAI: { kind: 'llm', ...FIRST, ...REASONED },
    track_order: TOOL,
    RunnableLambda: OTHER,
    GET: OTHER,
  },
  'langgraph-openinference': {
    LangGraph: OTHER,
    tools: OTHER,
    track_order: TOOL,
    ChatOpenAI: { kind: 'llm', ...FIRST, ...REASONED },
  },
  'openai-openinference': {
    'OpenAI Chat Completions': { kind: 'llm', ...FIRST, ...REASONED, provider: 'openai' },
  },
  'openai-agents-openinference': {
    'Agent workflow': { kind: 'agent', provider: 'openai' },
    parcels: { kind: 'agent', provider: 'openai' },
    turn: { kind: 'other', provider: 'openai' },
    generation: { kind: 'llm', ...FIRST, ...REASONED, provider: 'openai' },
    track_order: { kind: 'tool', provider: 'openai' },
  },
  'openai-opentelemetry': { 'chat demo-model': { kind: 'llm', ...FIRST, provider: 'openai' } },
  'openai-traceloop': { 'chat demo-model': { kind: 'llm', ...FIRST, provider: 'openai' } },
  'traceloop-sdk': { 'chat demo-model': { kind: 'llm', ...FIRST, provider: 'openai' } },
  'ai-sdk-6': {
    'ai.generateText': {
      kind: 'agent',
      model: MODEL,
      provider: 'openai.chat',
      inputTokens: 27,
      outputTokens: 33,
      totalTokens: 60,
      cachedInputTokens: 8,
      reasoningTokens: 4,
    },
    'ai.generateText.doGenerate': { kind: 'llm', ...FIRST, ...REASONED, provider: 'openai.chat' },
    'ai.toolCall': TOOL,
  },
  'ai-sdk-7': {
    'invoke_agent demo-model': {
      kind: 'agent',
      model: MODEL,
      provider: 'openai',
      inputTokens: 27,
      outputTokens: 33,
      totalTokens: 60,
      cachedInputTokens: 8,
    },
    'step 1': { kind: 'agent' },
    'chat demo-model': { kind: 'llm', ...FIRST, ...CACHED, provider: 'openai' },
    'execute_tool track_order': TOOL,
  },
  'ai-sdk-6-openinference': {
    'ai.generateText': {
      kind: 'agent',
      model: MODEL,
      provider: 'openai.chat',
      inputTokens: 27,
      outputTokens: 33,
      totalTokens: 60,
      cachedInputTokens: 8,
      reasoningTokens: 4,
    },
    'ai.generateText.doGenerate': { kind: 'llm', ...FIRST, ...REASONED, provider: 'openai.chat' },
    'ai.toolCall': TOOL,
  },
  'ai-sdk-7-openinference': {
    'invoke_agent demo-model': {
      kind: 'agent',
      model: MODEL,
      provider: 'openai',
      inputTokens: 27,
      outputTokens: 33,
      totalTokens: 60,
      cachedInputTokens: 8,
    },
    'step 1': OTHER,
    'chat demo-model': { kind: 'llm', ...FIRST, ...CACHED, provider: 'openai' },
    'execute_tool track_order': TOOL,
  },
  langfuse: { 'OpenAI.chat': { kind: 'llm', ...FIRST, ...REASONED } },
  langsmith: {
    support: { kind: 'other', provider: 'langchain' },
    ChatOpenAI: { kind: 'llm', ...FIRST, ...REASONED, provider: 'langchain' },
    track_order: { kind: 'tool', provider: 'langchain' },
  },
  'mastra-exporter': {
    'invoke_agent support': { kind: 'agent' },
    'model_generation demo-model': OTHER,
    'agent_step support': { kind: 'agent' },
    'chat demo-model': {
      kind: 'llm',
      model: MODEL,
      provider: 'openai.chat',
      inputTokens: 15,
      outputTokens: 10,
      totalTokens: 25,
      cachedInputTokens: 5,
      reasoningTokens: 2,
    },
    'execute_tool track_order': TOOL,
  },
  'mastra-bridge': {
    'invoke_agent support': { kind: 'agent' },
    'chat demo-model': {
      kind: 'llm',
      model: MODEL,
      provider: 'openai.chat',
      inputTokens: 43,
      outputTokens: 33,
      totalTokens: 76,
      cachedInputTokens: 14,
      reasoningTokens: 4,
    },
    'model_step support': { kind: 'agent' },
    'model_inference support': { kind: 'llm' },
    'model_chunk support': OTHER,
    'execute_tool track_order': TOOL,
  },
}

describe.each(Object.entries(GOLDEN))('%s', (file, spans) => {
  it.each(Object.entries(spans))('%s', (name, expected) => {
    const span = RECORDED[file]?.spans.find((each) => each.name === name) ?? expect.fail('not recorded')
    const { error, ignored, callIfNoneBelow, responseId, requestModel, ...usage } = usageOf(span)
    expect({ error, ignored }).toEqual({ error: false, ignored: 0 })
    expect(Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined))).toEqual(
      expected,
    )
  })
})

it('every recording except the one with duplicates has golden cases', () => {
  expect(Object.keys(RECORDED).filter((file) => !(file in GOLDEN))).toEqual(['langchain-and-openai'])
})
