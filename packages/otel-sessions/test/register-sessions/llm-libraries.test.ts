import { describe, expect, test } from 'vitest'
import { missingInstrumentations } from '../../src/register-sessions/instrumentations/llm-libraries.ts'

const OPENAI = '@arizeai/openinference-instrumentation-openai'
const installs = (dependencies: string[], ...instrumented: string[]) =>
  missingInstrumentations(dependencies, instrumented).map(({ install }) => install)

describe('the package to install for a library of LLMs that makes no spans', () => {
  test.each([
    ['openai', OPENAI],
    ['@anthropic-ai/sdk', '@arizeai/openinference-instrumentation-anthropic'],
    ['@langchain/core', '@arizeai/openinference-instrumentation-langchain'],
    ['langchain', '@arizeai/openinference-instrumentation-langchain'],
    ['@aws-sdk/client-bedrock-runtime', '@arizeai/openinference-instrumentation-bedrock'],
    ['@google-cloud/vertexai', '@traceloop/instrumentation-vertexai'],
  ])('%s: %s', (library, install) => {
    expect(missingInstrumentations(['express', library], ['@opentelemetry/instrumentation-http'])).toEqual([
      { library, install },
    ])
  })

  test('is named for each of several', () => {
    expect(installs(['openai', '@anthropic-ai/sdk', 'cohere-ai'], OPENAI)).toEqual([
      '@arizeai/openinference-instrumentation-anthropic',
      '@traceloop/instrumentation-cohere',
    ])
  })

  test.each([
    ["OpenInference's", OPENAI],
    ["Traceloop's", '@traceloop/instrumentation-openai'],
    ["OpenTelemetry's", '@opentelemetry/instrumentation-openai'],
    ['any that changes it', 'openai'],
  ])('is none if there is an instrumentation: %s', (_, name) => {
    expect(installs(['openai'], '@opentelemetry/instrumentation-http', name)).toEqual([])
  })

  test('is none if the application depends on nothing of the kind', () => {
    expect(installs(['express', 'pg', '@openai/other'])).toEqual([])
  })
})

describe('with LangChain, which calls the others', () => {
  const dependencies = ['openai', '@langchain/openai']
  test('only its own is named', () => {
    expect(installs(dependencies)).toEqual(['@arizeai/openinference-instrumentation-langchain'])
  })

  test.each([OPENAI, '@traceloop/instrumentation-langchain'])('one instrumentation is enough: %s', (name) => {
    expect(installs(dependencies, name)).toEqual([])
  })
})

test.each([
  'ai',
  '@ai-sdk/openai',
  '@mastra/core',
  '@openai/agents',
  'genkit',
  '@langfuse/openai',
  'langsmith',
])('nothing is named beside %s, which makes spans by itself', (framework) => {
  expect(installs(['openai', framework])).toEqual([])
})
