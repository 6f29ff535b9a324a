// OpenInference's instrumentation writes LangChain's `thread_id` as `session.id` when a run ends, over what is there.

import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import { RunnableLambda } from '@langchain/core/runnables'
import { ChatOpenAI } from '@langchain/openai'
import { trace } from '@opentelemetry/api'
import { type SessionSpanProcessorOptions, usingSession } from '@otel-sessions/processor'
import { explainSession } from '@otel-sessions/semconv'
import { afterEach, describe, expect, test } from 'vitest'
import { useModelServer } from '../streams/use-model-server.ts'
import { startTracing, stopTracing } from '../support/tracing.ts'

const server = useModelServer()
afterEach(stopTracing)

const OURS = 'user_1_conv_1'
const THEIRS = 'thread_2'

/** One run of a chain that calls a model, inside usingSession and with another session in LangChain's own metadata. */
async function runChain(options: SessionSpanProcessorOptions) {
  const tracing = startTracing(options)
  trace.setGlobalTracerProvider(tracing.provider)
  const instrumentation = new LangChainInstrumentation({ tracerProvider: tracing.provider })
  instrumentation.manuallyInstrument(callbacks)
  const configuration = { baseURL: server.baseURL }
  const model = new ChatOpenAI({ apiKey: 'none', model: 'local', maxRetries: 0, configuration })
  const chain = RunnableLambda.from((question: string) => question).pipe(model)
  await usingSession(OURS, () => chain.invoke('Count.', { metadata: { thread_id: THEIRS } }))
  return tracing
}

describe("LangChain's own session inside usingSession", () => {
  test('gives way to the explicit session, is kept beside it, counted, and explained', async () => {
    const { exportedSpans, processor } = await runChain({})
    const runs = Object.entries(exportedSpans())
    expect(runs.length).toBeGreaterThanOrEqual(3)
    for (const [, attributes] of runs) {
      expect(attributes).toMatchObject({ 'session.id': OURS, 'otel_sessions.overwritten_id': THEIRS })
      const { id, candidates } = explainSession(attributes)
      expect(id).toBe(OURS)
      expect(candidates).toContainEqual(
        expect.objectContaining({
          key: 'otel_sessions.overwritten_id',
          outcome: 'overwritten',
          id: THEIRS,
        }),
      )
    }
    expect(processor.stats().late).toMatchObject({ restored: runs.length, accepted: 0 })
  })

  test("takes precedence with onOverwrite: 'accept', which is counted", async () => {
    const { exportedSpans, processor } = await runChain({ onOverwrite: 'accept' })
    const runs = Object.entries(exportedSpans())
    expect(runs.length).toBeGreaterThanOrEqual(3)
    for (const [, attributes] of runs) {
      expect(attributes['session.id']).toBe(THEIRS)
      expect(attributes).not.toHaveProperty('otel_sessions.overwritten_id')
      expect(explainSession(attributes).id).toBe(THEIRS)
    }
    expect(processor.stats().late).toMatchObject({ restored: 0, accepted: runs.length })
  })
})
