import { createRequire } from 'node:module'
import { GenAIInstrumentation } from '@traceloop/instrumentation-google-generativeai'
import type { Family } from '../../program.ts'
import { createClient, GENAI_CANNOT, holdByGenAi } from './support/genai.ts'

const instrumentation = new GenAIInstrumentation()
// It replaces an export, which an imported module does not allow.
const genai = createRequire(import.meta.url)('@google/genai') as typeof import('@google/genai')

/** Traceloop's instrumentation. By itself it looks for version 1 of the SDK only; later ones must be passed to it. */
export const family: Family = {
  name: 'google-genai-traceloop',
  libraries: ['@google/genai', '@traceloop/instrumentation-google-generativeai'],
  instrumentations: () => [instrumentation],
  start: async () => instrumentation.manuallyInstrument(genai),
  run: (run) => holdByGenAi(run, createClient(genai, run)),
  cannot: {
    ...GENAI_CANNOT,
    embedding: 'The instrumentation wraps generateContent and generateContentStream only',
  },
}
