import { agentops } from './agentops.ts'
import { interactiveai } from './interactiveai.ts'
import { maxim } from './maxim.ts'
import { maximReference } from './maxim-reference.ts'
import { phoenix } from './phoenix.ts'
import type { Document } from './row.ts'

/** Five vendors' documentation of sessions, with our equivalent of every method and property that it names. */
export const DOCUMENTS: readonly Document[] = [phoenix, interactiveai, agentops, maxim, maximReference]
