import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import OpenAI from 'openai'
import type { Program, Turn } from '../../program.ts'
import { answerTurn, SETTINGS } from './openai-turn.ts'

type Answer = string | AsyncIterable<string>

/** The OpenAI SDK under OpenInference's instrumentation; `inside` runs the turn with the framework's own session. */
export function openaiProgram(inside: (turn: Turn, fn: () => Promise<Answer>) => Promise<Answer>): Program {
  const instrumentation = new OpenAIInstrumentation()
  return {
    instrumentations: () => [instrumentation],
    async start(places) {
      instrumentation.manuallyInstrument(OpenAI)
      const client = new OpenAI({ ...SETTINGS, baseURL: places.modelUrl })
      return { answer: (turn) => inside(turn, () => answerTurn(client, places, turn)) }
    },
  }
}
