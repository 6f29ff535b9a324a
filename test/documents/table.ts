import { agentops } from './agentops.ts'
import { interactiveai } from './interactiveai.ts'
import { maxim } from './maxim.ts'
import { maximReference } from './maxim-reference.ts'
import { phoenix } from './phoenix.ts'
import type { Document } from './row.ts'

/** What five documents call a session, and ours for every method and property that they name. */
export const DOCUMENTS: readonly Document[] = [phoenix, interactiveai, agentops, maxim, maximReference]
