import Anthropic from '@anthropic-ai/sdk'
import type { Family } from '../../program.ts'
import { createAnthropic } from './support/anthropic.ts'
import { holdByChain } from './support/chain.ts'
import { openinferenceFamily } from './support/openinference.ts'

// LangChain brings an older SDK, which does not trace itself, and its types are that SDK's.
const anthropic = createAnthropic({ createClient: (options) => new Anthropic(options as object) })
const langchain = openinferenceFamily('langchain-anthropic-and-sdk', anthropic, holdByChain, [
  '@anthropic-ai/sdk',
])

/** LangChain's model over a client of Anthropic's SDK that traces itself. Both report the call. */
export const family: Family = {
  ...langchain,
  async start(urls, newExporter) {
    ignoreDeprecation()
    await langchain.start?.(urls, newExporter)
  },
}

/** The SDK warns of models that Anthropic will switch off. What a program prints is a failure of the recorder. */
function ignoreDeprecation(): void {
  const { warn } = console
  console.warn = (...text: unknown[]) => {
    if (!String(text[0]).includes('is deprecated and will reach end-of-life')) warn(...text)
  }
}
