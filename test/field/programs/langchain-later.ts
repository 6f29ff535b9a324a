// LangChain is imported when the first request comes, after the processor was constructed, and the main script resolves
// another copy. The spans are those of callback handlers.
// Right: no span has another user's session, and each its own.
import { laterCases } from '../langchain/cases.ts'
import type { Modules } from '../langchain/modules.ts'

const load = async (folder: string) =>
  (await import(`../langchain/${folder}/modules.ts`)) as unknown as Modules

export const cases = ['core-0.3', 'core-1.4'].flatMap((folder) => laterCases(folder, () => load(folder)))
