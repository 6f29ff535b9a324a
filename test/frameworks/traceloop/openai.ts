/** The OpenAI SDK under Traceloop's instrumentation, with the processor that stamps the attributes of Traceloop's helpers. */
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import { createSpanProcessor } from '@traceloop/node-server-sdk'
import OpenAI from 'openai'
import { noExporter } from '../common/support/no-exporter.ts'
import { answerTurn, SETTINGS } from '../common/support/openai-turn.ts'
import type { Program, Turn } from '../program.ts'

type Answer = string | AsyncIterable<string>

/** `inside` runs the turn with the framework's own session. */
export function traceloopProgram(
  inside: (turn: Turn, fn: () => Promise<Answer>) => Promise<Answer>,
): Program {
  const instrumentation = new OpenAIInstrumentation()
  return {
    instrumentations: () => [instrumentation],
    processors: () => [createSpanProcessor({ exporter: noExporter, disableBatch: true })],
    async start(places) {
      instrumentation.manuallyInstrument(OpenAI)
      const client = new OpenAI({ ...SETTINGS, baseURL: places.modelUrl })
      return { answer: (turn) => inside(turn, () => answerTurn(client, places, turn)) }
    },
  }
}
