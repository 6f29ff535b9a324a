import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { HumanMessage, SystemMessage } from '@langchain/core/messages'
import { IMAGE_PNG_BASE64, SYSTEM } from '../../../cases.ts'
import type { CaseRun, Family } from '../../../program.ts'

/** What differs between the providers. */
export interface Provider {
  /** The packages of LangChain's model. */
  readonly libraries: readonly string[]
  /** The model with the settings of a case. No retries: an error is one call. */
  createModel(run: CaseRun): BaseChatModel
  /** The provider's own search in the web. */
  readonly search: Record<string, unknown>
  system?(run: CaseRun): SystemMessage
  human?(run: CaseRun, text: string): HumanMessage | undefined
  readonly cannot: Family['cannot']
}

/** Why LangChain cannot hold the embedding case. */
export const NO_CALLBACKS =
  "LangChain's embeddings call no callbacks, so an instrumentation of LangChain writes no span for them"

export function systemMessage(provider: Provider, run: CaseRun): SystemMessage {
  return provider.system?.(run) ?? new SystemMessage(SYSTEM)
}

export function humanMessage(provider: Provider, run: CaseRun, text: string): HumanMessage {
  const special = provider.human?.(run, text)
  if (special) return special
  if (run.name !== 'image') return new HumanMessage(text)
  return new HumanMessage({
    content: [
      { type: 'text', text },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE_PNG_BASE64}` } },
    ],
  })
}
