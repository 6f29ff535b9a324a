import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import OpenAI from 'openai'
import type { Program } from '../program.ts'
import { program as langchain } from './langchain-thread-id.ts'

const openai = new OpenAIInstrumentation()

/** LangChain's model calls the OpenAI SDK; both are instrumented, and report the same call twice. */
export const program: Program = {
  instrumentations: () => [...(langchain.instrumentations?.() ?? []), openai],
  async start(places, newExporter) {
    openai.manuallyInstrument(OpenAI)
    return langchain.start(places, newExporter)
  },
}
