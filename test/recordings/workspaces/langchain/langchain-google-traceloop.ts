import { createGoogleGenAi } from './support/google.ts'
import { traceloopFamily } from './support/traceloop.ts'

export const family = traceloopFamily('langchain-google-traceloop', createGoogleGenAi())
