import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'
import { type Cell, cells, KEPT } from '../cell.ts'
import { byAwait, byForAwait, byReader } from '../consumers.ts'
import { modelURL, observedFetch } from '../model-server.ts'

function ask() {
  const model = createOpenAI({ apiKey: 'none', baseURL: modelURL(), fetch: observedFetch }).chat('local')
  return streamText({ model, prompt: 'Count.' })
}

export const AI_SDK: Cell[] = cells(
  "AI SDK's `streamText()` result, which starts its work itself",
  (bind) => bind(ask()),
  {
    '`textStream`': (made, each) => byForAwait(made.textStream, each),
    '`fullStream`': (made, each) => byReader(made.fullStream, each),
    '`text`': (made, each) => byAwait(made.text, each),
    '`toUIMessageStreamResponse()`': (made, each) => byAwait(made.toUIMessageStreamResponse().text(), each),
  },
  KEPT,
)
