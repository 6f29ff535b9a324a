import type { Row } from './row.ts'
import { AGENTS } from './rows/agents.ts'
import { AI_SDK } from './rows/ai-sdk.ts'
import { LANGCHAIN } from './rows/langchain.ts'
import { OPENAI } from './rows/openai.ts'
import { OPENAI_WITHOUT_METADATA } from './rows/openai-without-metadata.ts'
import { ORDER } from './rows/order.ts'
import { OWN } from './rows/own.ts'
import { VENDORS } from './rows/vendors.ts'

/** Frameworks, each with its own way of passing a session. */
export const FRAMEWORKS: readonly Row[] = [
  ...LANGCHAIN,
  ...OPENAI,
  ...OPENAI_WITHOUT_METADATA,
  ...AI_SDK,
  ...AGENTS,
  ...VENDORS,
  ...OWN,
]

/** Other libraries' processors, registered before and after ours. */
export const ORDERS: readonly Row[] = ORDER

export const ROWS: readonly Row[] = [...FRAMEWORKS, ...ORDERS]
