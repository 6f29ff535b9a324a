import { createAnthropic } from './support/anthropic.ts'
import { traceloopFamily } from './support/traceloop.ts'

export const family = traceloopFamily('langchain-anthropic-traceloop', createAnthropic())
