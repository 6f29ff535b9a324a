/** The Traceloop SDK: a workflow for each turn, in it a task that calls OpenAI, and the tools. */
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import { createSpanProcessor, initialize, withTask, withTool, withWorkflow } from '@traceloop/node-server-sdk'
import OpenAI from 'openai'
import { runTool } from '../../conversation.ts'
import { noExporter } from '../../no-exporter.ts'
import { CHAT_CANNOT, chat, SETTINGS } from '../../openai-chat.ts'
import type { Family } from '../../program.ts'

const instrumentation = new OpenAIInstrumentation()

export const family: Family = {
  name: 'traceloop-sdk',
  libraries: ['openai', '@traceloop/node-server-sdk', '@traceloop/instrumentation-openai'],
  instrumentations: () => [instrumentation],
  // Only to stamp the attributes of Traceloop's helpers.
  processors: () => [createSpanProcessor({ exporter: noExporter, disableBatch: true })],
  async start() {
    // Its helpers write what goes in and out only after this; the set-up of OpenTelemetry is not its own.
    initialize({ tracingEnabled: false, traceloopSyncEnabled: false, silenceInitializationMessage: true })
    instrumentation.manuallyInstrument(OpenAI)
  },
  run: (run) =>
    chat(run, new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` }), {
      turn: (text, work) =>
        withWorkflow({ name: 'bookshop', inputParameters: [text] }, () =>
          withTask({ name: 'answer', inputParameters: [text] }, work),
        ),
      tool: (name, input) => withTool({ name, inputParameters: [input] }, () => runTool(name)),
    }),
  cannot: { ...CHAT_CANNOT, embedding: 'Its instrumentation of OpenAI does not trace embeddings.' },
}
