import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { OpenAIEmbeddings } from '@langchain/openai'
import OpenAI from 'openai'
import type { Family } from '../../program.ts'
import { holdByChain, holdTurn } from './support/chain.ts'
import { openai } from './support/openai.ts'
import { openinferenceFamily } from './support/openinference.ts'

const langchain = openinferenceFamily('langchain-and-openai', openai, holdByChain)
const instrumentation = new OpenAIInstrumentation()
const { embedding: _, ...cannot } = openai.cannot

/** LangChain's model calls the OpenAI SDK. Both are instrumented, and both report the call. */
export const family: Family = {
  ...langchain,
  libraries: [...langchain.libraries, '@arizeai/openinference-instrumentation-openai'],
  instrumentations: () => [...(langchain.instrumentations?.() ?? []), instrumentation],
  async start(urls, newExporter) {
    instrumentation.manuallyInstrument(OpenAI)
    await langchain.start?.(urls, newExporter)
  },
  async run(run) {
    if (run.name !== 'embedding') return langchain.run(run)
    const embeddings = new OpenAIEmbeddings({
      model: 'text-embedding-3-small',
      apiKey: 'local',
      maxRetries: 0,
      configuration: { baseURL: `${run.urls.openai}/v1` },
    })
    for (const text of run.turns) {
      await holdTurn(run, text, async () => void (await embeddings.embedQuery(text)))
    }
  },
  cannot,
}
