import { openai } from './support/openai.ts'
import { traceloopFamily } from './support/traceloop.ts'

export const family = traceloopFamily('langchain-openai-traceloop', openai)
