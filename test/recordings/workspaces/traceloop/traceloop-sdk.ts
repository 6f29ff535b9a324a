/** The Traceloop SDK: a workflow for each turn, in it a task that calls OpenAI, and the tools. */
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import { createSpanProcessor, withTask, withTool, withWorkflow } from '@traceloop/node-server-sdk'
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
    instrumentation.manuallyInstrument(OpenAI)
  },
  run: (run) =>
    chat(run, new OpenAI({ ...SETTINGS, baseURL: `${run.urls.openai}/v1` }), {
      turn: (text, work) =>
        withWorkflow({ name: 'bookshop' }, () => withTask({ name: 'answer', inputParameters: [text] }, work)),
      tool: (name) => withTool({ name, inputParameters: [name] }, () => runTool(name)),
    }),
  cannot: { ...CHAT_CANNOT, embedding: 'Its instrumentation of OpenAI does not trace embeddings.' },
}
