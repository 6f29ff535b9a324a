// LangChain 1.3: see `../langchain/cases.ts`.
// Right: no span has another user's session, and each its own.
import { langchainCases } from '../langchain/cases.ts'
import * as modules from '../langchain/core-1.3/modules.ts'

export const cases = langchainCases('core-1.3', modules as never, [])
